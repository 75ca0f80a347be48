using System.Text.Json;
using LightMq.Lmq;
using LightMq.Service;
using LightMq.Uplink.Bridging;
using LightMq.Uplink.Sides;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace LightMq.Uplink;

/// <summary>What there is to show of the link at one moment.</summary>
/// <param name="State">How it stands.</param>
/// <param name="Reason">Why it is not healthy; empty: it is.</param>
/// <param name="Address">The central's address.</param>
/// <param name="Cluster">The central's id; null: not known.</param>
/// <param name="IsLocalConnected">Whether the local broker is there.</param>
/// <param name="Backlog">The local broker's queue; null: not told.</param>
internal sealed record LinkView(
    LinkState State, string Reason, string Address, string? Cluster, bool IsLocalConnected,
        BacklogBody? Backlog);

/// <summary>
/// Shows the state of the link: a line for systemd, a line in the log when it changes, and a file. On the
/// loop.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="systemd">Null where systemd did not start us.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Log.</param>
internal sealed class StatusBoard(string path, NotifySocket? systemd, TimeProvider time, ILogger log)
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite
        | UnixFileMode.GroupRead
        | UnixFileMode.OtherRead;

    private const double Smoothing = 0.2;
    private readonly LineLimit _limit = new(time);
    private byte[] _written = [];
    private string _line = "";
    private LinkState? _state;
    private long _acknowledged;
    private long _lookedAt;

    /// <summary>Messages that the central takes in a second, smoothed.</summary>
    public double DrainRate { get; private set; }

    /// <summary>Looks, once a second, and shows what has changed.</summary>
    public void Show(LinkView view, Bridge bridge)
    {
        Measure(bridge.Counters.Acknowledged);
        if (view.State != _state) Log.LinkState(log, Line(view, bridge));
        _state = view.State;
        var line = Line(view, bridge);
        if (line != _line) systemd?.Notify(new ServiceState("STATUS=" + line));
        _line = line;
        var json = Json(view, bridge);
        if (json.AsSpan().SequenceEqual(_written)) return;
        try
        {
            PrivateFile.Write(path, json, isDurable: false, Readable);
            _written = json;
            _limit.Reset();
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            if (_limit.IsDue(out _)) Log.CannotWrite(log, path, wrong.Message);
        }
    }

    private void Measure(long acknowledged)
    {
        var now = time.GetTimestamp();
        if (_lookedAt != 0)
        {
            var rate = (acknowledged - _acknowledged) / time.GetElapsedTime(_lookedAt, now).TotalSeconds;
            DrainRate = DrainRate == 0 ? rate : DrainRate + Smoothing * (rate - DrainRate);
            if (DrainRate < 0.05) DrainRate = 0;
        }
        (_acknowledged, _lookedAt) = (acknowledged, now);
    }

    private static long Waiting(LinkView view, Bridge bridge) =>
        Math.Max(view.Backlog?.Messages ?? 0, bridge.Pending);

    private string Line(LinkView view, Bridge bridge)
    {
        var waiting = Waiting(view, bridge);
        var text = view.State.Text();
        if (view.Reason.Length > 0) text += $" ({view.Reason})";
        if (!view.IsLocalConnected) text += ", local broker away";
        return waiting > 0 ? $"{text}, {waiting} messages wait" : text;
    }

    private byte[] Json(LinkView view, Bridge bridge)
    {
        var counters = bridge.Counters;
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("state"u8, view.State.Text());
            json.WriteString("reason"u8, view.Reason);
            json.WriteString("address"u8, view.Address);
            json.WriteString("cluster"u8, view.Cluster);
            json.WriteBoolean("localConnected"u8, view.IsLocalConnected);
            WriteBacklog(json, view, bridge);
            json.WriteNumber("inFlight"u8, bridge.InFlight);
            json.WriteNumber("given"u8, counters.Given);
            json.WriteNumber("sent"u8, counters.Sent);
            json.WriteNumber("repeated"u8, counters.Repeated);
            json.WriteNumber("acknowledged"u8, counters.Acknowledged);
            json.WriteNumber("shed"u8, counters.Shed);
            json.WriteNumber("refused"u8, counters.Refused);
            json.WriteNumber("gaps"u8, counters.Gaps);
            json.WriteNumber("down"u8, counters.Down);
            json.WriteNumber("downAcknowledged"u8, counters.DownAcknowledged);
            json.WriteNumber("downDropped"u8, counters.DownDropped);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    private void WriteBacklog(Utf8JsonWriter json, LinkView view, Bridge bridge)
    {
        var waiting = Waiting(view, bridge);
        json.WriteStartObject("backlog"u8);
        json.WriteNumber("messages"u8, waiting);
        if (view.Backlog is { } backlog)
        {
            json.WriteNumber("bytes"u8, backlog.Bytes);
            json.WriteNumber("oldestMilliseconds"u8, backlog.OldestMilliseconds);
        }
        json.WriteNumber("drainPerSecond"u8, Math.Round(DrainRate, 1));
        if (waiting == 0) json.WriteNumber("secondsToEmpty"u8, 0);
        else if (DrainRate > 0) json.WriteNumber("secondsToEmpty"u8, Math.Ceiling(waiting / DrainRate));
        else json.WriteNull("secondsToEmpty"u8);
        json.WriteEndObject();
    }
}
