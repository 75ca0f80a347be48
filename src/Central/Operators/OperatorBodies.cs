using System.Text.Json.Serialization;

namespace LightMq.Central.Operators;

/// <summary>An enrolment is asked for.</summary>
internal sealed record EnrolmentBody(string? ClientId = null, long? Seconds = null);

/// <summary>It is open; the code is shown this once.</summary>
internal sealed record OpenedBody(string ClientId, string Code, long ExpireTime);

/// <summary>All devices.</summary>
internal sealed record DevicesBody(IReadOnlyList<DeviceBody> Devices);

/// <summary>A device; times are ms since 1970, null: not so.</summary>
internal sealed record DeviceBody(string ClientId, long? EnrolledAt, long? EnrolmentExpireTime);

/// <summary>An installation of a gateway may come again.</summary>
internal sealed record AllowBody(string? Installation = null);

/// <summary>All gateways that have a session, or have brought anything.</summary>
internal sealed record GatewaysBody(IReadOnlyList<GatewayBody> Gateways);

/// <summary>A gateway: its installations, and its streams with the newest of them first.</summary>
internal sealed record GatewayBody(string ClientId, bool IsConnected, string? Installation,
    IReadOnlyList<string> Superseded, int Streams, IReadOnlyList<StreamBody> Newest);

/// <summary>How far one stream has come, and when it moved last.</summary>
internal sealed record StreamBody(string Client, string Epoch, long Last, long SeenAt);

/// <summary>The newest gaps.</summary>
internal sealed record GapsBody(IReadOnlyList<GapBody> Gaps);

/// <summary>Numbers of a stream that will never come.</summary>
internal sealed record GapBody(
    string Gateway, string Client, string Epoch, long From, long To, string Reason, long DeclaredAt);

/// <summary>Reads and writes them, strictly.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(EnrolmentBody))]
[JsonSerializable(typeof(OpenedBody))]
[JsonSerializable(typeof(DevicesBody))]
[JsonSerializable(typeof(AllowBody))]
[JsonSerializable(typeof(GatewaysBody))]
[JsonSerializable(typeof(GapsBody))]
internal sealed partial class OperatorJson : JsonSerializerContext;
