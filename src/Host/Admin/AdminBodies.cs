using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LightMq.Host.Admin;

/// <summary>An access key: <c>Secret</c> is taken, never given.</summary>
internal sealed record KeyBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Key = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Secret = null,
    string[]? Groups = null);

/// <summary>A group.</summary>
internal sealed record GroupBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Group = null,
    GrantBody[]? Grants = null);

/// <summary>A grant of a group.</summary>
internal sealed record GrantBody(string? Topic = null, string? Access = null);

/// <summary>A parent topic.</summary>
internal sealed record TopicBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Topic = null,
    string? Type = null, bool Spread = false);

/// <summary>All access keys.</summary>
internal sealed record KeyList(IEnumerable<KeyBody> Keys);

/// <summary>All groups.</summary>
internal sealed record GroupList(IEnumerable<GroupBody> Groups);

/// <summary>All parent topics.</summary>
internal sealed record TopicList(IEnumerable<TopicBody> Topics);

/// <summary>What is wrong with a request.</summary>
internal sealed record ErrorBody(string Error);

/// <summary>Reads and writes them, strictly: no unknown field, none twice, none of another type.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(KeyBody))]
[JsonSerializable(typeof(GroupBody))]
[JsonSerializable(typeof(TopicBody))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(GroupList))]
[JsonSerializable(typeof(TopicList))]
[JsonSerializable(typeof(QuotasBody))]
[JsonSerializable(typeof(ErrorBody))]
internal sealed partial class AdminJson : JsonSerializerContext
{
    /// <summary>The same, with quotes that a person can read: no browser page is made of it.</summary>
    public static AdminJson Readable => s_readable.Value;

    // Default is made by the generated half, in whatever order.
    private static readonly Lazy<AdminJson> s_readable = new(static () => new(
        new JsonSerializerOptions(Default!.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }));
}
