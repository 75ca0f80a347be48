using LightMq.Uplink;
using LightMq.Uplink.State;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace LightMq.Unit.Uplink;

/// <summary>What survives a restart.</summary>
public sealed class StateTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lightmq-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Refused_messages_are_kept_once_listed_and_dropped()
    {
        var store = new RefusedStore(Path.Combine(_directory, "refused"), 1 << 20);
        Assert.Equal(0, store.Count);
        var one = new RefusedMessage(BridgeStage.Numbered("c", 7), 0x87, DateTimeOffset.UnixEpoch);
        Assert.True(store.TryKeep(one));
        Assert.True(store.TryKeep(one)); // given again after the local broker went away
        Assert.True(store.TryKeep(one with { Message = BridgeStage.Numbered("c", 8) }));
        Assert.Equal([1, 2], store.Numbers);
        var read = store.Read(1)!;
        Assert.Equal(("c7", 0x87, 7L),
            (BridgeStage.Text(read.Message), read.Code, read.Message.Sequence));
        var list = new StringWriter();
        RefusedCommand.Run(store, RefusedAction.List, null, list);
        Assert.Contains("1970-01-01 00:00:00Z  0x87       2 bytes  t  c 7", list.ToString());
        RefusedCommand.Run(store, RefusedAction.Replay, [1], list);
        Assert.Equal([2], store.Numbers);
        Assert.Equal([1], store.ToReplay);
        RefusedCommand.Run(store, RefusedAction.Drop, null, list);
        Assert.Equal([1], store.ToReplay);
        Assert.Empty(store.Numbers);
    }

    [Fact]
    public void The_store_of_refused_messages_is_bounded_and_numbers_are_not_used_again()
    {
        var store = new RefusedStore(Path.Combine(_directory, "refused"), 1_500);
        var one = new RefusedMessage(BridgeStage.Message(new string('x', 600)), 0, DateTimeOffset.UnixEpoch);
        Assert.True(store.TryKeep(one));
        Assert.False(store.TryKeep(one));
        store.Replay(1);
        Assert.False(store.TryKeep(one));
        store.Drop(1);
        Assert.True(store.TryKeep(one));
    }

    [Fact]
    public void A_file_that_is_no_message_is_shown_so()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_directory, "refused")).FullName;
        File.WriteAllText(Path.Combine(folder, "0000000004.json"), "{ \"topic\": 1 }");
        var store = new RefusedStore(folder, 1_000);
        Assert.Null(store.Read(4));
        Assert.True(store.TryKeep(
            new RefusedMessage(BridgeStage.Numbered("c", 1), 0, DateTimeOffset.UnixEpoch)));
    }

    [Fact]
    public void An_installation_keeps_its_id_and_a_copied_directory_has_it_too()
    {
        var path = Path.Combine(_directory, "installation");
        var id = Installation.Id(path);
        Assert.Matches("^[0-9a-f]{64}$", id);
        Assert.Equal(id, Installation.Id(path));
        Assert.NotEqual(id, Installation.Id(path + "2"));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void An_unbelieved_clock_is_never_before_the_last_known_time()
    {
        var path = Path.Combine(_directory, "last-time");
        var built = DateTimeOffset.FromUnixTimeSeconds(1_000);
        var clock = new HandClock { Now = DateTimeOffset.FromUnixTimeSeconds(50_000) };
        new KnownTime(path, built, static () => true, clock, NullLogger.Instance).Keep();
        clock.Now = DateTimeOffset.UnixEpoch;
        var isTrusted = false;
        var known = new KnownTime(path, built, () => isTrusted, clock, NullLogger.Instance);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(50_000), known.Best);
        clock.Now = DateTimeOffset.FromUnixTimeSeconds(60_000);
        Assert.Equal(clock.Now, known.Best);
        clock.Now = DateTimeOffset.FromUnixTimeSeconds(40_000);
        isTrusted = true;
        Assert.Equal(clock.Now, known.Best);
        Assert.Equal(built, new KnownTime(path + "x", built, static () => false, new HandClock(),
            NullLogger.Instance).Best);
    }
}
