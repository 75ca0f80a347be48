using LightMq.Broker.Settings;
using LightMq.Host.Configuration;
using LightMq.Service.Configuration;
using Microsoft.Extensions.Configuration;

namespace LightMq.EdgeBroker.Configuration;

/// <summary>
/// Reads and checks every key of an edge broker, once at start; each is described in
/// <c>lightmq.sample.json</c>.
/// </summary>
public static class SettingsReader
{
    /// <summary>Gives valid settings.</summary>
    /// <exception cref="ConfigurationError">The first key that is wrong.</exception>
    public static BrokerSettings Read(IConfiguration configuration)
    {
        var root = new SettingsSection(configuration, "");
        var bridges = BridgeReader.Read(root);
        var settings = BrokerReader.Read(root, new BrokerOptions { Bridges = bridges });
        SensorReader.RefuseRegistered(root, settings.Broker);
        root.RefuseOthers();
        return settings;
    }
}
