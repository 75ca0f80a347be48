using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LightMq.Cli.Files;

/// <summary>JSON as configuration files hold it.</summary>
internal static class JsonText
{
    /// <summary>A line that says where a file comes from.</summary>
    public const string Origin =
        "// Made from lightmq.txt by: lightmq provision. A change here stays until lightmq.txt changes.\n";

    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
        // Which of them counts nobody can say, and JsonObject throws when it is asked.
        AllowDuplicateProperties = false,
    };

    /// <summary>The text of an object.</summary>
    public static string Of(JsonObject json)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions
        {
            Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
            json.WriteTo(writer);
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    /// <summary>Reads an object, with comments and an editor's mark before it; null: it is none.</summary>
    public static JsonObject? Read(string text) => Read(text, out _);

    /// <summary>The same; <paramref name="complaint"/> says in plain words why it is none.</summary>
    public static JsonObject? Read(string text, out string complaint)
    {
        complaint = "it is no object in JSON, { ... }";
        try
        {
            return JsonNode.Parse(text.TrimStart('\uFEFF'), null, Lenient) as JsonObject;
        }
        catch (JsonException wrong)
        {
            complaint = wrong.LineNumber is { } line ? $"line {line + 1} is no JSON" : wrong.Message;
            return null;
        }
    }

    /// <summary>A list of texts.</summary>
    public static JsonArray List(IEnumerable<string> texts)
    {
        var list = new JsonArray();
        foreach (var text in texts) list.Add((JsonNode)text);
        return list;
    }
}
