using LightMq.Uplink.Wire;
using MQTTnet.Packets;

namespace LightMq.Uplink.Sides;

/// <summary>A connection that is logged in: reading, keep-alive, and when the peer was heard last.</summary>
internal sealed class LiveLink(MqttLink link, int generation, TimeSpan keepAlive, TimeProvider time)
{
    private const int BatchesMax = 4;
    private readonly long _since = time.GetTimestamp();
    private readonly SemaphoreSlim _room = new(BatchesMax);
    private long _heardAt = time.GetTimestamp();
    private long _answeredAt = time.GetTimestamp();
    private long _pingedAt = time.GetTimestamp();

    /// <summary>Number of the connection on its side.</summary>
    public int Generation => generation;

    /// <summary>How long it lasts.</summary>
    public TimeSpan Age => time.GetElapsedTime(_since);

    /// <summary>Whether the peer has acknowledged a message or a probe within the keep-alive.</summary>
    public bool IsAnswering => time.GetElapsedTime(_answeredAt) <= keepAlive;

    /// <summary>Bytes that wait to be written.</summary>
    public int UnsentBytes => link.UnsentBytes;

    /// <summary>The peer acknowledged something.</summary>
    public void Answered() => _answeredAt = time.GetTimestamp();

    /// <summary>Sends at the end of the turn.</summary>
    public void Send(MqttPacket packet) => link.Send(packet);

    /// <summary>The turn is over.</summary>
    public void Flush() => link.Flush();

    /// <summary>Probes the peer when it is due. False: it has been silent for too long.</summary>
    public bool Tick()
    {
        if (time.GetElapsedTime(_heardAt) > keepAlive * 1.5) return false;
        if (time.GetElapsedTime(_pingedAt) < keepAlive / 2) return true;
        _pingedAt = time.GetTimestamp();
        link.Send(new MqttPingReqPacket());
        return true;
    }

    /// <summary>Reads until the connection ends; what comes goes to the loop.</summary>
    /// <param name="queue">The loop.</param>
    /// <param name="take">Gets what one read brought, on the loop.</param>
    /// <param name="ended">Gets why it ended, on the loop, once.</param>
    public async Task ReadAsync(LoopQueue queue, Action<List<Incoming>> take, Action<LinkError> ended)
    {
        try
        {
            await link.ReceiveAsync(async batch =>
            {
                await _room.WaitAsync();
                queue.Post(() =>
                {
                    _heardAt = time.GetTimestamp();
                    _room.Release();
                    take(batch);
                });
            });
        }
        catch (LinkError end)
        {
            queue.Post(() => ended(end));
        }
    }

    /// <summary>Ends it without a word.</summary>
    public void Drop() => link.Dispose();

    /// <summary>Says goodbye and ends it.</summary>
    public Task LeaveAsync()
    {
        link.Send(new MqttDisconnectPacket());
        return link.CloseAsync(time);
    }
}
