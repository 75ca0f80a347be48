using System.Collections.Concurrent;
using System.Text;
using LightMq.Broker.Streams;
using LightMq.Central.Core;
using LightMq.Lmq;
using LightMq.Simulator.Disk;
using Microsoft.Extensions.Logging;
using Xunit;

namespace LightMq.Unit.Central;

/// <summary>The core's thread says that something is kept once it is, and not a moment earlier.</summary>
public sealed class CoreThreadTests
{
    private static readonly CoreOptions Options = new() { Partitions = 1 };

    [Fact]
    public void What_is_kept_is_durable_and_in_order_and_a_refusing_disk_is_tried_until_it_takes_it()
    {
        var disk = new SimulatedDisk(1);
        var told = new Told();
        var log = CoreLog.Open(disk, Options);
        disk.FailAt = disk.Operations + 1;
        disk.FailCount = 5;
        using (var thread = new CoreThread(log, told.Kept, TimeProvider.System, told, 20))
        {
            var payload = new byte[1];
            for (var i = 1; i <= 3; i++)
            {
                payload[0] = (byte)('0' + i);
                thread.Keep(Entry(i, payload), i);
            }
            // The bytes were borrowed.
            payload[0] = (byte)'x';
            told.WaitFor("kept 3");
            var lines = told.Lines.ToArray();
            var works = Array.IndexOf(lines, "202");
            Assert.Contains("201", lines[..works]);
            Assert.DoesNotContain(lines[..works], static line => line.StartsWith("kept"));
        }
        disk.PowerOff();
        Assert.Equal(["1", "2", "3"], Payloads(disk));
    }

    [Fact]
    public void What_waits_at_the_end_is_written_before_it()
    {
        var disk = new SimulatedDisk(2);
        var told = new Told();
        var thread = new CoreThread(CoreLog.Open(disk, Options), told.Kept, TimeProvider.System, told, 20);
        for (var i = 1; i <= 100; i++) thread.Keep(Entry(i, Encoding.ASCII.GetBytes($"{i}")), i);
        thread.Dispose();
        Assert.Equal("kept 100", told.Lines.Last());
        disk.PowerOff();
        Assert.Equal(Enumerable.Range(1, 100).Select(static i => $"{i}"), Payloads(disk));
    }

    [Fact]
    public void An_end_does_not_wait_for_a_disk_that_refuses_and_says_nothing_of_what_was_not_kept()
    {
        var disk = new SimulatedDisk(3);
        var told = new Told();
        var log = CoreLog.Open(disk, Options);
        disk.FailAt = disk.Operations + 1;
        disk.FailCount = long.MaxValue / 2;
        var thread = new CoreThread(log, told.Kept, TimeProvider.System, told, 60_000);
        thread.Keep(Entry(1, "one"u8), 1);
        told.WaitFor("201");
        thread.Dispose();
        Assert.DoesNotContain(told.Lines, static line => line.StartsWith("kept"));
    }

    [Fact]
    public async Task Whoever_waits_for_a_commit_is_told_of_it()
    {
        var disk = new SimulatedDisk(4);
        var told = new Told();
        using var thread =
            new CoreThread(CoreLog.Open(disk, Options), told.Kept, TimeProvider.System, told, 20);
        var committed = thread.Committed.Next;
        Assert.False(committed.IsCompleted);
        thread.Keep(Entry(1, "one"u8), 1);
        await committed.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private static CoreEntry Entry(int sequence, ReadOnlySpan<byte> payload) => new()
    {
        Qos = 1,
        Gateway = "GID_gate@@@1"u8,
        Client = "c"u8,
        Epoch = new EpochText(1, 2),
        Sequence = sequence,
        Key = "c"u8,
        Topic = "plant/a"u8,
        Payload = payload,
    };

    private static IEnumerable<string> Payloads(SimulatedDisk disk)
    {
        using var log = CoreLog.Open(disk, Options);
        return [.. log.Read("plant", 0, 0, 1_000, 1 << 20)
            .Select(static one => Encoding.ASCII.GetString(one.Record.Entry.Payload))];
    }

    /// <summary>What the thread tells, as it comes: numbers kept, ids of log lines.</summary>
    private sealed class Told : ILogger
    {
        private readonly BlockingCollection<string> _new = [];

        public ConcurrentQueue<string> Lines { get; } = new();

        public void Kept(long number) => Add($"kept {number}");

        public void WaitFor(string line)
        {
            while (_new.TryTake(out var next, TimeSpan.FromSeconds(30)))
                if (next == line) return;
            Assert.Fail($"no '{line}' but {string.Join(", ", Lines)}");
        }

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception,
            Func<TState, Exception?, string> format) => Add($"{id.Id}");

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        private void Add(string line)
        {
            Lines.Enqueue(line);
            _new.Add(line);
        }
    }
}
