using LightMq.Simulator.Oracle;

namespace LightMq.Simulator.Machine;

/// <summary>Wills taken back by a DISCONNECT, until a group begun after it is stored.</summary>
public sealed class Revocations
{
    private List<WillFacts> _open = [];
    private List<WillFacts> _underWay = [];

    public void Add(WillFacts will)
    {
        will.IsRevoked = true;
        _open.Add(will);
    }

    public void GroupBegins() => (_underWay, _open) = (_open, []);

    public void GroupStored()
    {
        foreach (var will in _underWay) will.IsRevokedDurably = true;
    }
}
