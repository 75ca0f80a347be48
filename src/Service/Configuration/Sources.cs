using System.Collections;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace LightMq.Service.Configuration;

/// <summary>
/// Where settings come from, later ones winning: <c>lightmq.json</c>, the environment
/// (<c>LIGHTMQ_Section__Key</c>), the command line.
/// </summary>
public static class Sources
{
    private const string Prefix = "LIGHTMQ_";

    /// <summary>Reads all sources. <paramref name="file"/> is null where none was named or found.</summary>
    /// <exception cref="ConfigurationError">The file is no JSON, or an assignment is none.</exception>
    public static IConfigurationRoot Read(
        string? file, IDictionary environment, IReadOnlyDictionary<string, string?> options)
    {
        var builder = new ConfigurationBuilder();
        if (file is not null) AddFile(builder, file);
        builder.AddInMemoryCollection(FromEnvironment(environment));
        builder.AddInMemoryCollection(options);
        try
        {
            return builder.Build();
        }
        // The provider wraps what the reader says about line and position.
        catch (Exception wrong) when (wrong is JsonException or InvalidDataException or FormatException)
        {
            throw new ConfigurationError(file ?? "", "is no valid JSON: "
                + (wrong.InnerException ?? wrong).Message.ReplaceLineEndings(" "));
        }
    }

    private static void AddFile(ConfigurationBuilder builder, string file)
    {
        var path = Path.GetFullPath(file);
        if (Directory.Exists(path))
            throw new ConfigurationError("--config", $"'{file}' is a directory, not a file");
        builder.AddJsonStream(Open(file, path));
    }

    private static MemoryStream Open(string file, string path)
    {
        try
        {
            return new MemoryStream(File.ReadAllBytes(path));
        }
        catch (Exception wrong) when (wrong is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ConfigurationError("--config", $"there is no file '{file}'");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationError("--config", $"'{file}' cannot be read: {wrong.Message}");
        }
    }

    /// <summary>Only names with a section: LIGHTMQ_ANYTHING may belong to a script around us.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> FromEnvironment(IDictionary environment)
    {
        foreach (DictionaryEntry entry in environment)
        {
            var name = (string)entry.Key;
            if (!name.StartsWith(Prefix, StringComparison.Ordinal) || !name.Contains("__")) continue;
            yield return new(name[Prefix.Length..].Replace("__", ":"), (string?)entry.Value);
        }
    }
}
