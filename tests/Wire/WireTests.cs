using LightMq.Tests.Stages;
using Xunit;

namespace LightMq.Tests;

/// <summary>The same transcripts against the bare core, our sockets and mosquitto.</summary>
public sealed class WireTests
{
    internal static readonly Transcript[] All = [.. Directory
        .GetFiles(Path.Combine(AppContext.BaseDirectory, "Transcripts"), "*.txt")
        .Order(StringComparer.Ordinal).Select(Transcript.Load)];

    public static TheoryData<string> Core => [.. All.Select(transcript => transcript.Name)];

    public static TheoryData<string> Socket =>
        [.. All.Where(transcript => !transcript.IsCoreOnly).Select(transcript => transcript.Name)];

    public static TheoryData<string> Oracle =>
        [.. All.Where(transcript => transcript.IsForOracle).Select(transcript => transcript.Name)];

    [Theory]
    [MemberData(nameof(Core))]
    public void On_the_bare_core(string transcript) => Play(transcript, one => new CoreStage(one, 65_536));

    [Theory]
    [MemberData(nameof(Core))]
    public void On_the_bare_core_a_byte_at_a_time(string transcript) =>
        Play(transcript, one => new CoreStage(one, 1));

    [Theory]
    [MemberData(nameof(Socket))]
    public void On_a_socket(string transcript) => Play(transcript, one =>
    {
        var broker = new LoopBroker(one);
        return new SocketStage(broker.EndPoint, broker);
    });

    [Theory]
    [MemberData(nameof(Oracle))]
    public void On_mosquitto(string transcript) => Play(transcript, _ =>
    {
        var mosquitto = new MosquittoProcess();
        return new SocketStage(mosquitto.EndPoint, mosquitto);
    });

    internal static void Play(string name, Func<Transcript, IStage> open)
    {
        var transcript = All.Single(one => one.Name == name);
        using var stage = open(transcript);
        new Player(transcript, stage).Play();
    }
}
