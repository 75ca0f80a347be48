using System.Globalization;
using System.Security.Cryptography;
using LightMq.Broker.Settings;

namespace LightMq.Tests.Stages;

/// <summary>What our broker is told for a transcript; README.md names it.</summary>
internal static class Given
{
    private static readonly byte[] Salt = [1, 2, 3, 4, 5, 6, 7, 8];

    public static ListenerOptions Listener(Transcript transcript) => new()
    {
        Name = "tcp",
        Dialect = transcript.IsLmq ? Dialect.Lmq : Dialect.Plain,
        Anonymous = !transcript.IsLmq && !transcript.HasUsers,
    };

    public static BrokerOptions Options(Transcript transcript)
    {
        var options = new BrokerOptions
        {
            Users = transcript.HasUsers ? [User] : [],
            Lmq = transcript.HasBridge ? BridgedRegistry : transcript.IsLmq ? Registry : LmqRegistry.Empty,
            Bridges = transcript.HasBridge ? [Bridge] : [],
            Tokens = transcript.HasTokens,
        };
        foreach (var (name, value) in transcript.Settings)
        {
            var property = typeof(BrokerOptions).GetProperty(name)
                ?? throw new FormatException($"{transcript.Name}: no option {name}");
            property.SetValue(options, property.PropertyType.IsEnum
                ? Enum.ToObject(property.PropertyType, value)
                : Convert.ChangeType(value, property.PropertyType, CultureInfo.InvariantCulture));
        }
        return options;
    }

    public static bool Matches(PasswordHash hash, byte[] password) =>
        Hash(password, hash.Iterations).AsSpan().SequenceEqual(hash.Hash);

    private static LmqRegistry Registry => new(
        [new("AK", "SK"), new("RK", "SK", ["GID_READ"])],
        ["GID_AAA", new("GID_READ", [new("parent", true, false)]),
            new("GID_WRITE", [new("parent", false, true)])],
        ["parent", "second"]);

    private static LmqRegistry BridgedRegistry => Registry with
    {
        ParentTopics =
        [
            .. Registry.ParentTopics, new("keyed", TopicType.PartitionOrdered),
            new("whole", TopicType.GloballyOrdered), new("loose", Spread: true), "GID_AAA_MQTT",
        ],
    };

    private static BridgeOptions Bridge => new(
        "GID_AAA@@@up", ["parent/#", "second/#", "keyed/#", "whole/#", "loose/#", "tele/#"],
        Sensors: new SensorOptions("GID_sen", [new SensorTopic("tele/+/SENSOR", "parent/tele/+")]));

    private static LocalUser User => new(
        "user", new PasswordHash(1000, Salt, Hash("secret"u8.ToArray(), 1000)),
        [new("in/#", Read: false, Write: true), new("out/#", Read: true, Write: false)]);

    private static byte[] Hash(byte[] password, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(password, Salt, iterations, HashAlgorithmName.SHA256, 32);
}
