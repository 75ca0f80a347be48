using LightMq.Simulator.Oracle;

namespace LightMq.Simulator.Devices;

/// <summary>A message on its way out: PUBLISH not yet answered, or PUBREL not yet answered.</summary>
public sealed class Outgoing(ushort id, MessageFacts message)
{
    public ushort Id { get; } = id;
    public MessageFacts Message { get; } = message;
    public bool IsReleased { get; set; }
}

/// <summary>
/// The client's half of an MQTT session: what it must remember over connections (MQTT 3.1.1, 4.1).
/// </summary>
public sealed class ClientSession
{
    private ushort _lastId;

    /// <summary>In the order in which they were first sent.</summary>
    public List<Outgoing> Outgoing { get; } = [];
    /// <summary>QoS 2 ids received and not yet released.</summary>
    public HashSet<ushort> Incoming { get; } = [];
    /// <summary>SUBSCRIBE (QoS 0 to 2) and UNSUBSCRIBE (-1) packets that wait for their answer.</summary>
    public Dictionary<ushort, (string Filter, int Qos)> Requests { get; } = [];

    public ushort NextId()
    {
        do
            _lastId = (ushort)(_lastId % ushort.MaxValue + 1);
        while (Requests.ContainsKey(_lastId) || Outgoing.Exists(outgoing => outgoing.Id == _lastId));
        return _lastId;
    }

    /// <summary>The oldest id that waits for PUBACK (QoS 1) or PUBREC (QoS 2).</summary>
    public ushort? Oldest(int qos) =>
        Outgoing.Find(outgoing => outgoing.Message.Qos == qos && !outgoing.IsReleased)?.Id;

    /// <summary>A new session: both sides forget.</summary>
    public void Forget()
    {
        Outgoing.Clear();
        Incoming.Clear();
    }
}
