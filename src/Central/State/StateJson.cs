using System.Text.Json.Serialization;

namespace LightMq.Central.State;

/// <summary>A token was revoked.</summary>
/// <param name="Number">Counts from 1.</param>
/// <param name="Id">Token id; empty: the count only.</param>
/// <param name="Expires">When the token expires, ms since 1970.</param>
internal sealed record RevocationLine(long Number, string? Id, long Expires);

/// <summary>A consumer group has come as far as this.</summary>
internal sealed record OffsetLine(string Group, string Topic, int Partition, long Offset);

/// <summary>A device may enrol, has enrolled, or is removed.</summary>
/// <param name="ClientId">Its client id.</param>
/// <param name="CodeHash">SHA-256 of the enrolment code, in hex; null: none is open.</param>
/// <param name="CodeExpires">When the code ends, ms since 1970.</param>
/// <param name="PublicKey">Its key in PEM; null: it has not enrolled.</param>
/// <param name="UsedHash">SHA-256 of the code that it enrolled with.</param>
/// <param name="EnrolledAt">When, ms since 1970.</param>
internal sealed record DeviceLine(
    string ClientId, string? CodeHash = null, long CodeExpires = 0, string? PublicKey = null,
    string? UsedHash = null, long EnrolledAt = 0)
{
    /// <summary>Whether it is there at all.</summary>
    [JsonIgnore]
    public bool IsGone => CodeHash is null && PublicKey is null;
}

/// <summary>Reads and writes the lines of journals.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(RevocationLine))]
[JsonSerializable(typeof(OffsetLine))]
[JsonSerializable(typeof(DeviceLine))]
internal sealed partial class StateJson : JsonSerializerContext;
