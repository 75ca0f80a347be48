using LightMq.Broker.Settings;
using LightMq.Host.Configuration;
using LightMq.Service.Configuration;

namespace LightMq.EdgeBroker.Configuration;

/// <summary>Reads the sessions that exist from the first start on, for what sends messages up.</summary>
internal static class BridgeReader
{
    public static List<BridgeOptions> Read(SettingsSection root)
    {
        var bridges = root.List("Bridges", Bridge);
        var twice = bridges.GroupBy(static bridge => bridge.ClientId)
            .FirstOrDefault(static group => group.Count() > 1);
        if (twice is not null)
            throw root.Wrong("Bridges", twice.Key, "unique: the client id is there twice");
        return bridges;
    }

    private static BridgeOptions Bridge(SettingsSection section)
    {
        var clientId = section.Text("ClientId", "", AccessReader.AnyText, AccessReader.IsShortText);
        var filters = section.Texts("Filters", AccessReader.AnyFilter, AccessReader.IsFilter);
        if (filters.Count == 0) throw section.Wrong("Filters", "", "a list of at least one topic filter");
        var user = section.Text("User", "", "a user name or access key", static text => text.Length <= 64);
        var sensors = section.Has("Sensors") ? SensorReader.Read(section.Section("Sensors")) : null;
        return new BridgeOptions(clientId, filters, user.Length == 0 ? null : user, sensors);
    }
}
