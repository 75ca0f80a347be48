using LightMq.Broker.Bridges;
using LightMq.Broker.Messages;
using LightMq.Broker.Settings;
using LightMq.Broker.Streams;

namespace LightMq.Broker.Flows;

/// <summary>
/// Hands what a central broker takes to its core (LMQ-CORE-1) and holds back each acknowledgement until the
/// core has what it is owed for.
/// </summary>
internal sealed class Depositing(
    Turn turn, CentralOptions options, MessagePool messages, Receipting receipting, StampWriter stamps)
{
    private readonly Queue<Waiting> _waiting = [];
    private long _given;
    private long _kept;
    private long _bytes;

    /// <summary>A message that waits for the core; null: only its bytes count.</summary>
    private readonly record struct Waiting(long Number, Message? Message, int Bytes);

    /// <summary>Whether more may be handed over.</summary>
    public bool HasRoom => _bytes <= options.WaitingBytesMax;

    /// <summary>Hands an entry over; the message that it was is not safe before the core has it.</summary>
    /// <returns>Its number: <see cref="Kept"/> tells when the core has it.</returns>
    public long Put(in CoreEntry entry, Message? message)
    {
        turn.Effects.Keep(entry, ++_given);
        Wait(message, entry.Length);
        return _given;
    }

    /// <summary>Hands over a message that no gateway brought.</summary>
    public long Put(in Publication publication, Message? message, ReadOnlySpan<byte> tag = default)
    {
        var client = publication.Publisher.ClientId;
        var stamp = new Stamp(
            publication.Publisher, publication.Origin, null, 0, publication.OrderNumber);
        var entry = new CoreEntry
        {
            Qos = publication.Qos,
            CleanSession = publication.Origin.CleanSession,
            Client = client,
            TakenAt = publication.Origin.UnixMilliseconds,
            Key = stamps.KeyOf(publication.Topic, client),
            Tag = tag,
            Topic = publication.Topic,
            Properties = stamps.Write(stamp, client, publication.Topic, publication.Properties),
            Payload = publication.Payload,
        };
        return Put(entry, message);
    }

    /// <summary>The message is not safe before the core has all that was handed over so far.</summary>
    public void Await(Message message)
    {
        if (_given > _kept) Wait(message, 0);
    }

    /// <summary>The core has everything up to this number.</summary>
    public void Kept(long number)
    {
        _kept = Math.Max(_kept, number);
        while (_waiting.TryPeek(out var waiting) && waiting.Number <= _kept)
        {
            _waiting.Dequeue();
            _bytes -= waiting.Bytes;
            if (waiting.Message is not { } message) continue;
            receipting.InCore(message);
            messages.Release(message);
        }
        turn.RoomFreed = true;
    }

    private void Wait(Message? message, int bytes)
    {
        _bytes += bytes;
        _waiting.Enqueue(new Waiting(_given, message, bytes));
        if (message is null) return;
        message.AwaitsCore = true;
        message.References++;
    }
}
