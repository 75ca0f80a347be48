namespace LightMq.Simulator.Oracle;

/// <summary>A promise of the broker, watched over a whole run.</summary>
public interface IChecker
{
    /// <summary>A publisher got PUBACK or PUBREC for the first time.</summary>
    void Acknowledged(MessageFacts message)
    {
    }

    /// <summary>A client handed a message to its application.</summary>
    void Delivered(Delivery delivery)
    {
    }

    /// <summary>
    /// A client's connection ended before it had acknowledged a message of QoS 1 that it got.
    /// </summary>
    void Unanswered(SubscriberFacts subscriber, MessageFacts message)
    {
    }

    /// <summary>A filter of a client is no longer certainly subscribed.</summary>
    void Loosened(SubscriberFacts subscriber, string filter)
    {
    }

    /// <summary>A client began a new session: what it was owed is forgotten.</summary>
    void EraBegan(SubscriberFacts subscriber)
    {
    }

    /// <summary>What is still owed, or null.</summary>
    string? Owed() => null;

    /// <summary>Everything is quiet: what must hold now?</summary>
    void AtEnd()
    {
    }
}

/// <summary>A message as a client's application got it.</summary>
public sealed record Delivery(
    SubscriberFacts Subscriber, MessageFacts? Message, string Topic, byte[] Payload, int Qos, bool Dup,
    bool Retain, long Connection)
{
    public override string ToString() => $"{Message?.ToString() ?? $"{Payload.Length} bytes on {Topic}"} to "
        + $"{Subscriber} at QoS {Qos}{(Dup ? " dup" : "")}{(Retain ? " retained" : "")}";
}

/// <summary>A promise was broken.</summary>
public sealed class Violation(string checker, string what) : Exception($"{checker}: {what}")
{
    public string Checker { get; } = checker;
}
