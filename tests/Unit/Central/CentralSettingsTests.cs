using LightMq.Broker.Settings;
using LightMq.Central.Configuration;
using LightMq.Central.Core;
using LightMq.Service;
using LightMq.Service.Configuration;
using LightMq.Simulator.Disk;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace LightMq.Unit.Central;

/// <summary>A central's configuration: the sample is true, and what is wrong is one line.</summary>
public sealed class CentralSettingsTests
{
    private static readonly string Sample = Path.Combine(AppContext.BaseDirectory, "central.sample.json");

    private static CentralSettings ReadSample(params (string Key, string Value)[] more) =>
        SettingsReader.Read(Sources.Read(Sample, new Dictionary<string, string>(),
            more.ToDictionary(static one => one.Key, static one => (string?)one.Value)));

    [Fact]
    public void The_sample_is_valid_and_its_values_are_the_defaults()
    {
        var settings = ReadSample();
        Assert.Equal(new CoreOptions(), settings.Core);
        var central = settings.Broker.Broker.Central!;
        Assert.Equal(new CentralOptions(central.GatewayGroups), central);
        var plain = SettingsReader.Read(Sources.Read(null, new Dictionary<string, string>(),
            new Dictionary<string, string?>
            {
                ["Store:Directory"] = "/var/lib/lightmq", ["Lmq:AccessKeys:0:Key"] = "AK",
                ["Lmq:AccessKeys:0:Secret"] = "s", ["Lmq:Groups:0"] = "GID_AAA", ["Lmq:Topics:0"] = "t",
            }));
        Assert.Equal(plain.Devices, settings.Devices);
        Assert.Equal(plain.Http.Listeners, settings.Http.Listeners.Take(1));
        Assert.Equal(plain.Http with { Listeners = settings.Http.Listeners }, settings.Http);
        Assert.Equal(plain.Broker.Store, settings.Broker.Store);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Central")]
    [InlineData("Http")]
    [InlineData("Http:Listeners:0")]
    [InlineData("Devices")]
    [InlineData("Gateways:0")]
    [InlineData("Gateways:0:Grants:0")]
    [InlineData("Lmq")]
    [InlineData("Store")]
    public void No_key_is_missing_in_the_sample(string section)
    {
        // A wrong key is answered with the list of right ones.
        var path = section.Length == 0 ? "Wrong" : $"{section}:Wrong";
        var error = Assert.Throws<ConfigurationError>(() => ReadSample((path, "x"))).Message;
        Assert.StartsWith($"{path}: no such key; here are: ", error);
        var known = error[(error.IndexOf("are: ", StringComparison.Ordinal) + 5)..].Split(", ");
        using var sample = File.OpenRead(Sample);
        IConfiguration root = new ConfigurationBuilder().AddJsonStream(sample).Build();
        // Each listener shows other keys.
        IEnumerable<IConfiguration> sections = section == "Http:Listeners:0"
            ? root.GetSection("Http:Listeners").GetChildren()
            : [section.Length == 0 ? root : root.GetSection(section)];
        Assert.Equal(known, sections.SelectMany(static one => one.GetChildren())
            .Select(static child => child.Key).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Store:Kind", "memory", "Store:Kind: 'memory' is not for a central")]
    [InlineData("Central:GatewayGroups:0", "GID_ELSE", "'GID_ELSE' is not one of Lmq:Groups")]
    [InlineData("Central:GatewayGroups:0", "x", "GID_ and letters or digits")]
    [InlineData("Central:Partitions", "0", "from 1 to 1024")]
    [InlineData("Central:Else", "1", "no such key")]
    [InlineData("Lmq:Tokens:RevocationUrl", "http://x/", "Lmq:Tokens: no such key")]
    [InlineData("Bridges:0:ClientId", "x", "Bridges: no such key")]
    [InlineData("Http:Listeners:0:Address", "127.0.0.1:80", "http:// or https://")]
    [InlineData("Http:Listeners:0:Address", "http://0.0.0.0:80", "AllowPlainFromNetwork")]
    [InlineData("Http:Listeners:0:Serves:0", "else", "one of stream, operator, auth, device")]
    [InlineData("Http:Listeners:0:Key", "x", "is for https://")]
    [InlineData("Gateways:0:ClientId", "x", "GroupID@@@DeviceID")]
    [InlineData("Devices:TokenSeconds", "1", "from 60 to")]
    public void Wrong_settings_are_one_line(string key, string value, string error) =>
        Assert.Contains(error, CentralKeys.Error((key, value)));

    [Fact]
    public void Plain_HTTP_on_a_network_may_serve_what_the_contract_asks_for()
    {
        var http = CentralKeys.Read(("Http:Listeners:0:Address", "http://0.0.0.0:80"),
            ("Http:Listeners:0:Serves:0", "auth"), ("Http:Listeners:0:Serves:1", "device")).Http;
        Assert.Equal(HttpRoles.Auth | HttpRoles.Device, http.Listeners[0].Roles);
    }

    [Fact]
    public void Partitions_are_not_changed_and_the_name_stays()
    {
        var disk = new SimulatedDisk(1);
        PartitionCount.Check(disk, 8);
        PartitionCount.Check(disk, 8);
        var wrong = Assert.Throws<StartFailure>(() => PartitionCount.Check(disk, 4));
        Assert.Equal(ExitCode.Configuration, wrong.ExitCode);
        Assert.Contains("'4' is not 8", wrong.Message);
    }
}
