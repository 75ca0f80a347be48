using System.Text;
using LightMq.Broker.Settings;
using LightMq.Central.Core;
using LightMq.Central.Devices;
using LightMq.Host.Configuration;
using LightMq.Lmq;
using LightMq.Service.Configuration;
using Microsoft.Extensions.Configuration;

namespace LightMq.Central.Configuration;

/// <summary>
/// Reads and checks every key of a central, once at start; each is described in <c>central.sample.json</c>.
/// </summary>
public static class SettingsReader
{
    private const long Day = 24L * 3_600_000;

    /// <summary>Gives valid settings.</summary>
    /// <exception cref="ConfigurationError">The first key that is wrong.</exception>
    public static CentralSettings Read(IConfiguration configuration)
    {
        var root = new SettingsSection(configuration, "");
        var section = root.Section("Central");
        var groups = section.Texts("GatewayGroups", RegistryRules.GroupAllowed, RegistryRules.IsGroup);
        var central = new CentralOptions(groups)
        {
            WaitingBytesMax = section.Whole("WaitingBytesMax", 16 << 20, 65_536, 1 << 30),
        };
        var core = ReadCore(section);
        section.RefuseOthers();
        var broker = BrokerReader.Read(root, new BrokerOptions { Central = central }, verifiesTokens: true);
        if (broker.Store.Kind == StoreKind.Memory)
            throw new ConfigurationError("Store:Kind",
                "'memory' is not for a central: it keeps what gateways bring, on a disk");
        foreach (var group in groups)
            if (!broker.Admin.IsOn && !broker.Broker.Lmq.Groups.Any(one => one.Name == group))
                throw new ConfigurationError("Central:GatewayGroups", $"'{group}' is not one of Lmq:Groups");
        var http = HttpReader.Read(root.Section("Http"));
        var devices = ReadDevices(root.Section("Devices"));
        var gateways = ReadGateways(root);
        root.RefuseOthers();
        return new CentralSettings(broker, core, http, devices, gateways);
    }

    private static CoreOptions ReadCore(SettingsSection section)
    {
        var otherwise = new CoreOptions();
        return new CoreOptions
        {
            Partitions = section.Whole("Partitions", otherwise.Partitions, 1, 1_024),
            KeptMilliseconds =
                section.Whole("RetentionDays", (int)(otherwise.KeptMilliseconds / Day), 0, 3_650) * Day,
            KeptBytes = section.Whole("RetentionBytes", otherwise.KeptBytes, 0, 1L << 50),
            SegmentBytes = section.Whole("SegmentBytes", otherwise.SegmentBytes, 65_536, 1L << 32),
        };
    }

    private static DeviceSettings ReadDevices(SettingsSection section)
    {
        var devices = new DeviceSettings(
            section.Whole("TokenSeconds", 86_400, 60, 31_536_000),
            section.Whole("EnrolmentSeconds", 604_800, 60, 31_536_000),
            section.Whole("EnrolPerMinuteMax", 10, 0, 1_000_000),
            section.Whole("TokensPerMinuteMax", 600, 0, 1_000_000));
        section.RefuseOthers();
        return devices;
    }

    private static List<GatewayGrants> ReadGateways(SettingsSection root)
    {
        var gateways = root.List("Gateways", static section => new GatewayGrants(
            section.Text("ClientId", "", "GroupID@@@DeviceID (LMQ-ID-1)",
                static text => ClientIdName.TryParse(Encoding.UTF8.GetBytes(text), out _)),
            section.List("Grants", RegistryReader.Grant)));
        var twice = gateways.GroupBy(static one => one.ClientId)
            .FirstOrDefault(static same => same.Count() > 1);
        if (twice is not null)
            throw root.Wrong("Gateways", twice.Key, "unique: the client id is there twice");
        return gateways;
    }
}
