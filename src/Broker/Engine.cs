using LightMq.Broker.Durability;
using LightMq.Broker.Settings;

namespace LightMq.Broker;

/// <summary>
/// The broker itself: one thread, deterministic, no clock, no disk, no socket. Life: construct,
/// <see cref="Recover"/> once per stored value, <see cref="Start"/>, then <see cref="Handle"/> for ever.
/// </summary>
public sealed class Engine
{
    /// <summary>Makes an empty engine.</summary>
    public Engine(BrokerOptions options) => Options = options;

    /// <summary>What it was told.</summary>
    public BrokerOptions Options { get; }

    /// <summary>Takes one value that the store holds; call before <see cref="Start"/>, in any order.</summary>
    public void Recover(StoreCollection collection, int key, ReadOnlySpan<byte> value) =>
        throw new NotSupportedException($"{collection} {key} {value.Length}");

    /// <summary>
    /// Ends recovery and begins a new epoch. The first group goes to <see cref="IEffects.Store"/>; open the
    /// listeners once its <see cref="Input.Stored"/> was handled (<see cref="IsReady"/>).
    /// </summary>
    /// <param name="epochRandom">16 random bytes (LMQ-CORE-4).</param>
    /// <param name="now">The time.</param>
    /// <param name="effects">Where effects go.</param>
    public void Start(ReadOnlySpan<byte> epochRandom, in Now now, IEffects effects) =>
        throw new NotSupportedException($"{epochRandom.Length} {now} {effects}");

    /// <summary>Whether the epoch is durable, so that clients may be let in.</summary>
    public bool IsReady { get; private set; }

    /// <summary>When the next <see cref="Input.Tick"/> is due, in <see cref="Now.Milliseconds"/>.</summary>
    public long Deadline => long.MaxValue;

    /// <summary>Takes one input and gives its effects.</summary>
    public void Handle(scoped in Input input, in Now now, IEffects effects) =>
        throw new NotSupportedException($"{input.Kind} {now} {effects}");
}
