using System.Text.Json.Serialization;

namespace LightMq.Central.Devices;

/// <summary>A device enrols.</summary>
internal sealed record EnrolBody(string? Code = null, string? ClientId = null, string? PublicKey = null);

/// <summary>It has enrolled; the time is this server's, ms since 1970.</summary>
internal sealed record EnrolledBody(string ClientId, long Time);

/// <summary>A device asks for a token: signed is client id, newline, time, newline, nonce.</summary>
internal sealed record TokenBody(
    string? ClientId = null, long? Time = null, string? Nonce = null, byte[]? Signature = null);

/// <summary>Its token, the one that grants most; and all of them, where there are several.</summary>
internal sealed record TokenAnswerBody(
    string Token, string Type, long ExpireTime, long Time, IReadOnlyList<OneTokenBody> Tokens);

/// <summary>One token and what it is to be uploaded as (LMQ-TOK-6).</summary>
internal sealed record OneTokenBody(string Token, string Type, long ExpireTime);

/// <summary>Reads and writes them, strictly.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(EnrolBody))]
[JsonSerializable(typeof(EnrolledBody))]
[JsonSerializable(typeof(TokenBody))]
[JsonSerializable(typeof(TokenAnswerBody))]
internal sealed partial class DeviceJson : JsonSerializerContext;
