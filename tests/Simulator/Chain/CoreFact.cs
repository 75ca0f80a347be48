using System.Text;
using LightMq.Broker.Streams;
using LightMq.Lmq;

namespace LightMq.Simulator.Chain;

/// <summary>A place in a stream.</summary>
public readonly record struct Place(string Client, EpochText Epoch, long Sequence);

/// <summary>What the core of a central was given, or gave back.</summary>
/// <param name="Client">Client id of the first sender.</param>
/// <param name="Epoch">Its stream.</param>
/// <param name="First">Number, of a gap the first; 0: none.</param>
/// <param name="Last">Last number that it stands for.</param>
/// <param name="Gap">Reason of a gap; empty: it is a message.</param>
/// <param name="Topic">Topic of a message.</param>
/// <param name="Name">The reading that its content names.</param>
public sealed record CoreFact(string Client, EpochText Epoch, long First, long Last, string Gap, string Topic,
    (int Sensor, int Number, Poison Poison)? Name)
{
    /// <summary>Content of a message.</summary>
    public byte[] Payload { get; private init; } = [];

    public bool IsGap => Gap.Length > 0;

    public override string ToString() => $"{Client} {Epoch.Boot}:{First}"
        + (IsGap ? $"-{Last} {Gap}" : $" {Topic} reading {Name?.Number}");

    /// <summary>What tells it from all others.</summary>
    public (Place, bool, (int, int, Poison)?) Key => (new(Client, Epoch, First), IsGap, Name);

    public static CoreFact Of(in CoreEntry entry)
    {
        var topic = Encoding.UTF8.GetString(entry.Topic);
        return new CoreFact(Encoding.UTF8.GetString(entry.Client), entry.Epoch, entry.Sequence,
            entry.IsGap ? entry.LastSequence : entry.Sequence, entry.IsGap ? topic : "",
            entry.IsGap ? "" : topic, entry.IsGap ? null : Reading.NameOf(entry.Payload))
        {
            Payload = entry.Payload.ToArray(),
        };
    }
}
