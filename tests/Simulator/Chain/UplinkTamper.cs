using LightMq.Simulator.World;
using LightMq.Uplink.Bridging;

namespace LightMq.Simulator.Chain;

/// <summary>Commits the seeded bugs of an uplink.</summary>
public sealed class UplinkTamper(ChainWorld world)
{
    private readonly List<ushort> _underWay = [];
    private readonly List<ushort> _staleUp = [];
    private readonly List<ushort> _staleDown = [];
    private readonly List<byte[]> _held = [];
    private bool _isFirst;

    public bool IsAsleep { get; set; }

    public void Sent(ushort id) => _underWay.Add(id);

    public void Acknowledged(ushort id) => _underWay.Remove(id);

    public void CentralLost()
    {
        _isFirst = true;
        _held.Clear();
        if (world.Bug == ChainBug.KeepCentralAcks) _staleUp.AddRange(_underWay.Where(static id => id != 0));
        _underWay.Clear();
    }

    /// <summary>Ids that count as acknowledged on a new connection.</summary>
    public IReadOnlyList<ushort> TakeCentralAcks() => Take(_staleUp);

    /// <summary>The local connection is gone; these were given and are not acknowledged.</summary>
    public void LocalLost(IEnumerable<ushort> ids)
    {
        if (world.Bug == ChainBug.KeepLocalAcks) _staleDown.AddRange(ids);
    }

    /// <summary>Ids that are acknowledged on a new local connection, whatever they name there.</summary>
    public IReadOnlyList<ushort> TakeLocalAcks() => Take(_staleDown);

    /// <summary>Whether a message is not sent at all.</summary>
    public bool IsSwallowed(ushort id, BridgeMessage message, out bool isAcknowledged)
    {
        isAcknowledged = true;
        var wasFirst = _isFirst;
        _isFirst = false;
        return id != 0 && ((world.Bug == ChainBug.ForgetGap && message.IsGap)
            || (world.Bug == ChainBug.ResendFromSecond && wasFirst && !message.IsGap));
    }

    /// <summary>What goes up in a message's place.</summary>
    public BridgeMessage Replace(BridgeMessage message) =>
        message is { IsNumbered: true, IsGap: false } && world.Strikes(ChainBug.DeclareLost, 0.02)
            ? BridgeMessage.Gap(message.Client, message.Epoch, message.Sequence, message.Sequence, "gone")
            : message;

    /// <summary>The packets to be sent now, in this order.</summary>
    public IReadOnlyList<byte[]> Order(byte[] packet)
    {
        if (world.Strikes(ChainBug.AlterPayload, 0.02)) packet[^1] ^= 1;
        if (world.Bug != ChainBug.Overtake) return [packet];
        _held.Add(packet);
        if (_held.Count == 1 && world.Random.Happens(0.1)) return [];
        var all = _held.ToArray();
        Array.Reverse(all);
        _held.Clear();
        return all;
    }

    private static ushort[] Take(List<ushort> ids)
    {
        var taken = ids.ToArray();
        ids.Clear();
        return taken;
    }
}
