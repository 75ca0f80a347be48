using System.Collections;
using LightMq.EdgeBroker.Configuration;
using LightMq.Host.Configuration;
using LightMq.Service.Configuration;

namespace LightMq.Unit.EdgeBroker;

/// <summary>Configurations for tests.</summary>
internal static class Settings
{
    private static readonly Hashtable NoEnvironment = [];

    /// <summary>A valid plain broker, and what else is given.</summary>
    public static Dictionary<string, string?> Plain(params (string Key, string Value)[] more)
    {
        var keys = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Store:Kind"] = "memory",
            ["Listeners:0:Address"] = "127.0.0.1:1883",
            ["Listeners:0:Dialect"] = "plain",
            ["Listeners:0:Anonymous"] = "true",
        };
        foreach (var (key, value) in more) keys[key] = value;
        return keys;
    }

    public static BrokerSettings Read(
        IReadOnlyDictionary<string, string?> options, string? file = null, IDictionary? environment = null) =>
        SettingsReader.Read(Sources.Read(file, environment ?? NoEnvironment, options));

    public static BrokerSettings Read(params (string Key, string Value)[] more) => Read(Plain(more));

    /// <summary>The line that a wrong configuration is answered with.</summary>
    public static string Error(IReadOnlyDictionary<string, string?> options, string? file = null) =>
        Xunit.Assert.Throws<ConfigurationError>(() => Read(options, file)).Message;

    public static string Error(params (string Key, string Value)[] more) => Error(Plain(more));
}
