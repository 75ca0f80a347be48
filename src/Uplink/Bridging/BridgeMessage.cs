using System.Globalization;
using LightMq.Lmq;

namespace LightMq.Uplink.Bridging;

/// <summary>A user property of MQTT 5.0.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
public readonly record struct UserProperty(string Name, string Value);

/// <summary>A message as one of the two brokers gave it. It never changes.</summary>
public sealed class BridgeMessage
{
    private const int OverheadBytes = 256;
    private static readonly string ClientName = Text(BridgeProperties.Client);
    private static readonly string EpochName = Text(BridgeProperties.Epoch);
    private static readonly string SequenceName = Text(BridgeProperties.Sequence);
    private static readonly string GapName = Text(BridgeProperties.Gap);
    private static readonly string GapTopic = Text(ControlTopics.BridgeGap);
    private readonly UserProperty[] _userProperties = [];

    /// <summary>Topic, as the broker that gave it named it.</summary>
    public required string Topic { get; init; }

    /// <summary>QoS, 0 to 2, as it was delivered.</summary>
    public byte Qos { get; init; } = 1;

    /// <summary>Whether it is retained.</summary>
    public bool Retain { get; init; }

    /// <summary>Content.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>User properties in their order; those of LMQ-CORE-4 are read here.</summary>
    public UserProperty[] UserProperties
    {
        get => _userProperties;
        init
        {
            _userProperties = value;
            ReadStamp();
        }
    }

    /// <summary>Content type; null: none is said.</summary>
    public string? ContentType { get; init; }

    /// <summary>Where an answer is wanted; null: nowhere.</summary>
    public string? ResponseTopic { get; init; }

    /// <summary>What the answer shall carry; null: nothing.</summary>
    public byte[]? CorrelationData { get; init; }

    /// <summary>Whether the content is said to be text.</summary>
    public bool IsText { get; init; }

    /// <summary>Seconds after which it is of no use; 0: always of use.</summary>
    public uint ExpirySeconds { get; init; }

    /// <summary>Client id of the first sender (<c>lmq-client</c>); empty: not said.</summary>
    public string Client { get; private set; } = "";

    /// <summary>Its stream (<c>lmq-epoch</c>); empty: not said.</summary>
    public string Epoch { get; private set; } = "";

    /// <summary>Number in the stream (<c>lmq-seq</c>), of a gap the first; 0: none.</summary>
    public long Sequence { get; private set; }

    /// <summary>Last number that it stands for: of a gap its end, else <see cref="Sequence"/>.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Whether it says that numbers will never come.</summary>
    public bool IsGap { get; private init; }

    /// <summary>Whether it has a place in a stream.</summary>
    public bool IsNumbered => Sequence > 0 && Client.Length > 0 && Epoch.Length > 0;

    /// <summary>What it takes of the bounds in bytes.</summary>
    public int Bytes => Payload.Length + OverheadBytes;

    /// <summary>The declaration of a gap (LMQ-CORE-4): the numbers from … to will never come.</summary>
    /// <param name="client">Client id of the first sender.</param>
    /// <param name="epoch">Its stream.</param>
    /// <param name="from">First number.</param>
    /// <param name="to">Last number.</param>
    /// <param name="reason">Why, as a word of small letters and dashes.</param>
    public static BridgeMessage Gap(string client, string epoch, long from, long to, string reason) =>
        new()
        {
            Topic = GapTopic,
            IsGap = true,
            UserProperties =
            [
                new(ClientName, client), new(EpochName, epoch),
                new(GapName, string.Create(CultureInfo.InvariantCulture, $"{from}-{to}:{reason}")),
            ],
            Sequence = from,
            LastSequence = to,
        };

    private static string Text(ReadOnlySpan<byte> name) => System.Text.Encoding.ASCII.GetString(name);

    private void ReadStamp()
    {
        foreach (var (name, value) in _userProperties)
        {
            if (name == ClientName) Client = value;
            else if (name == EpochName) Epoch = value;
            else if (name == SequenceName
                && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                Sequence = LastSequence = number;
        }
    }
}
