using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LightMq.Central.Http;

/// <summary>What is wrong with a request; and the time here, where that may be why.</summary>
internal sealed record ErrorBody(string Error, long? Time = null);

/// <summary>Writes it.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErrorBody))]
internal sealed partial class HttpJson : JsonSerializerContext
{
    /// <summary>The same, with quotes that a person can read: no browser page is made of it.</summary>
    public static HttpJson Readable => s_readable.Value;

    // Default is made by the generated half, in whatever order.
    private static readonly Lazy<HttpJson> s_readable = new(static () => new(
        new JsonSerializerOptions(Default!.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }));
}
