using System.Buffers.Binary;

namespace LightMq.Simulator.Chain;

/// <summary>Why the central will never take a message.</summary>
public enum Poison
{
    None,
    /// <summary>Its parent topic is not registered there.</summary>
    Topic,
    /// <summary>Its topic is too long.</summary>
    LongTopic,
    /// <summary>Its content is too long.</summary>
    LongPayload,
    /// <summary>Something in it: the central closes with a reason of its own.</summary>
    Content,
}

/// <summary>What one sensor says once, and what is known of it.</summary>
public sealed class Reading(int sensor, int number)
{
    /// <summary>Bytes that name a reading, at the front of its content.</summary>
    public const int HeadBytes = 10;

    public int Sensor { get; } = sensor;
    public int Number { get; } = number;
    public required int Qos { get; init; }
    public required string Topic { get; init; }
    public required byte[] Payload { get; init; }
    public Poison Poison { get; init; }
    /// <summary>PUBACK or PUBREC came.</summary>
    public bool IsAcknowledged { get; set; }
    /// <summary>The uplink has told the edge that it is done.</summary>
    public bool IsDone { get; set; }
    /// <summary>Some core had it.</summary>
    public bool HasComeUp { get; set; }
    /// <summary>It may be missing: a disk with it was lost.</summary>
    public bool IsExcused { get; set; }
    /// <summary>When the disk was lost that may have held it; 0: never.</summary>
    public long LostAt { get; set; }
    /// <summary>Its order is not judged: an older disk was put back.</summary>
    public bool MayBeLate { get; set; }
    /// <summary>Lives of the edge, and with QoS 2 sessions there, in which it was sent.</summary>
    public HashSet<(int Life, int Sending)> Sendings { get; } = [];

    public override string ToString() =>
        $"reading {Number} of sensor {Sensor} (QoS {Qos}{(Poison == Poison.None ? "" : $", {Poison}")})";

    /// <summary>Content that names its reading.</summary>
    public static byte[] MakePayload(int sensor, int number, Poison poison, int bytes)
    {
        var payload = new byte[Math.Max(HeadBytes, bytes)];
        payload.AsSpan().Fill((byte)(sensor * 31 + number));
        BinaryPrimitives.WriteInt32BigEndian(payload, sensor);
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(4), number);
        payload[8] = (byte)poison;
        payload[9] = 0x5A;
        return payload;
    }

    /// <summary>Which reading a content names; null: none.</summary>
    public static (int Sensor, int Number, Poison Poison)? NameOf(ReadOnlySpan<byte> payload) =>
        payload.Length < HeadBytes || payload[9] != 0x5A ? null
            : (BinaryPrimitives.ReadInt32BigEndian(payload),
                BinaryPrimitives.ReadInt32BigEndian(payload[4..]), (Poison)payload[8]);
}
