using System.Buffers.Binary;
using LightMq.Lmq;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Oracle;

/// <summary>One message that a device made, and what became of it at the publisher.</summary>
public sealed class MessageFacts(int publisher, int sequence, string topic, int qos, bool retain)
{
    private const int HeadBytes = 6;

    public int Publisher { get; } = publisher;
    public int Sequence { get; } = sequence;
    public string Topic { get; } = topic;
    public int Qos { get; } = qos;
    public bool Retain { get; } = retain;
    public byte[] Payload { get; init; } = [];
    public bool IsWill { get; init; }
    /// <summary>It uploads this token (LMQ-TOK-6).</summary>
    public SimulatedToken? Token { get; init; }
    /// <summary>It asks for what waited (LMQ-OFF-2).</summary>
    public PullRequest? Pull { get; init; }
    /// <summary>The one client that it is for (LMQ-MSG-5); null: whoever subscribes.</summary>
    public string? Addressee { get; init; }
    /// <summary>Its addressee is never heard of here: it is for the bridges.</summary>
    public bool IsForElsewhere => Addressee != null && Addressee.StartsWith(PeerToPeer.StrangerPrefix);
    /// <summary>
    /// The publisher's session ends with its connection: what is not acknowledged then is given up.
    /// </summary>
    public bool IsClean { get; init; }
    /// <summary>When it was first given to the connection, in microseconds.</summary>
    public long FirstSent { get; init; }
    /// <summary>When PUBACK or PUBREC reached the publisher.</summary>
    public long Acknowledged { get; set; } = long.MaxValue;
    public int Sends { get; set; } = 1;

    public override string ToString() =>
        $"{(IsWill ? "will" : "message")} {Publisher}/{Sequence} QoS {Qos}"
        + $"{(Retain ? " retained" : "")} on {Topic}";

    /// <summary>
    /// A payload that names its publisher and sequence, filled up with bytes that follow from both.
    /// </summary>
    public static byte[] MakePayload(int publisher, int sequence, int bytes)
    {
        var payload = new byte[Math.Max(HeadBytes, bytes)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)publisher);
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(2), sequence);
        for (var i = HeadBytes; i < payload.Length; i++)
            payload[i] = (byte)(publisher * 31 + sequence * 7 + i);
        return payload;
    }

    /// <summary>Who made a payload.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out int publisher, out int sequence)
    {
        publisher = sequence = 0;
        if (payload.Length < HeadBytes) return false;
        publisher = BinaryPrimitives.ReadUInt16BigEndian(payload);
        sequence = BinaryPrimitives.ReadInt32BigEndian(payload[2..]);
        return true;
    }
}
