using LightMq.DeviceAgent.Settings;
using LightMq.Service.Configuration;
using LightMq.Unit.Cli;
using LightMq.Unit.Uplink;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

/// <summary>The documented sample is valid, names every key and tells the true defaults; wrong values are
/// named.
/// </summary>
public sealed class AgentSettingsTests
{
    private static readonly string File = Path.Combine(AppContext.BaseDirectory, "agent.sample.json");
    private static readonly Surroundings Here =
        new("attic", "/var/lib/lightmq-deviceagent", "/run/lightmq-deviceagent");

    private static readonly string[] SensorKeys =
    [
        "ActiveLow", "Address", "AmperesMax", "As", "Batch", "BatchSecondsMax", "Bus", "Channel", "Channels",
            "Chip",
        "ChipSelect", "DeadBand", "DebounceMilliseconds", "Decimals", "Device", "Edge", "EdgesPerSecondMax",
        "EventsPerSecondMax", "Factor", "InputMask", "IntervalMilliseconds", "Kind", "Line", "Name", "Offset",
            "Pull",
        "RetrySecondsMax", "ShuntOhms", "SilenceSecondsMax", "Topic", "Unit", "Values",
    ];

    [Fact]
    public void Defaults_come_from_the_host_name()
    {
        var settings = Read(null);

        Assert.Equal(("127.0.0.1", 1883), (settings.Broker.Host, settings.Broker.Port));
        Assert.Equal("board-attic", settings.ClientId);
        Assert.Equal("board/board-attic/telemetry", settings.Board.Topic);
        Assert.Equal("board/board-attic/command", settings.Commands.Topic);
        Assert.Equal(TimeSpan.FromSeconds(60), settings.Board.Interval);
    }

    [Fact]
    public void A_client_id_that_is_no_level_of_a_topic_has_a_base_topic_all_the_same() =>
        Assert.Equal("board/a-b-c-d", Read(null, ("ClientId", "a+b#c/d")).BaseTopic);

    [Theory]
    [InlineData("gateway7")]
    [InlineData("a-name-of-44-visible-characters!$%&()*+,-.<>")]
    public void What_provisioning_makes_is_taken(string device)
    {
        using var box = new BoxRig();
        box.Run(BoxRig.Gateway.Replace("gateway7", device));
        var copy = box.Paths.At("/etc/lightmq/agent.json") + ".rebased";
        System.IO.File.WriteAllText(
            copy, box["/etc/lightmq/agent.json"].Replace("\"/etc/", $"\"{box.Paths.Root}/etc/"));
        var settings = Read(copy);
        Assert.Equal((LoginKind.Password, "lightmq-agent"), (settings.Broker.Login, settings.Broker.User));
        Assert.StartsWith("GID_plant@@@" + device[..8], settings.ClientId);
        Assert.NotEmpty(settings.Broker.Secret);
    }

    [Fact]
    public void The_sample_is_valid_and_tells_the_defaults()
    {
        var sample = Read(File);
        var least = Read(null, ("ClientId", sample.ClientId), ("BaseTopic", sample.BaseTopic));

        Assert.Equal(least with
        {
            Sensors = sample.Sensors,
            Outputs = sample.Outputs,
            Leds = sample.Leds,
            Button = sample.Button,
        }, sample);
        Assert.Equal(Enum.GetValues<SensorKind>().Order(),
            sample.Sensors.Select(static sensor => sensor.Kind).Order());
    }

    [Fact]
    public void What_the_sample_says_of_sensors_are_their_defaults()
    {
        var sample = Read(File);
        foreach (var sensor in sample.Sensors)
        {
            List<(string, string?)> least = [("BaseTopic", sample.BaseTopic)];
            void Say(string key, string value) => least.Add(("Sensors:0:" + key, value));
            Say("Name", sensor.Name);
            Say("Kind", SensorReader.Word(sensor.Kind));
            if (sensor.Device.Length > 0) Say("Device", sensor.Device);
            if (sensor.Channels.Count > 0) Say("Channels:0", sensor.Channels[0]);
            if (sensor.Name is "attic" or "cellar") Say("Address", $"{sensor.Address}");
            if (sensor.Line is { } line)
            {
                Say("Line", $"{line.Line}");
                Say("ActiveLow", $"{line.IsActiveLow}");
                Say("Pull", $"{sensor.Pull}");
                if (sensor.Name == "meter") Say("DebounceMilliseconds", "5");
            }
            var plain = Read(null, [.. least]).Sensors[0];
            Assert.Equal(plain with { Publish = sensor.Publish }, sensor);
            if (sensor.Name is not ("hall" or "tank" or "meter")) Assert.Equal(plain.Publish, sensor.Publish);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("Broker")]
    [InlineData("Queue")]
    [InlineData("Board")]
    [InlineData("Commands")]
    [InlineData("Outputs:0")]
    [InlineData("Button")]
    [InlineData("Press")]
    [InlineData("State")]
    [InlineData("Clock")]
    [InlineData("Log")]
    [InlineData("Sensors:0:Values:0")]
    public void No_key_is_missing_in_the_sample(string section)
    {
        var path = section.Length == 0 ? "Wrong" : $"{section}:Wrong";
        var error = Error(File, (path, "x"));
        Assert.StartsWith($"{path}: no such key; here are: ", error);
        var known = error[(error.IndexOf("are: ", StringComparison.Ordinal) + 5)..].Split(", ");
        using var sample = System.IO.File.OpenRead(File);
        IConfiguration root = new ConfigurationBuilder().AddJsonStream(sample).Build();
        var present = (section.Length == 0 ? root : root.GetSection(section)).GetChildren()
            .Select(static child => child.Key).Order(StringComparer.Ordinal);
        Assert.Equal(known, present);
    }

    [Fact]
    public void No_key_of_a_sensor_is_missing_in_the_sample()
    {
        using var sample = System.IO.File.OpenRead(File);
        var present = new ConfigurationBuilder().AddJsonStream(sample).Build().GetSection("Sensors")
            .GetChildren()
            .SelectMany(static sensor => sensor.GetChildren()).Select(static key => key.Key).Distinct()
            .Order(StringComparer.Ordinal);
        Assert.Equal(SensorKeys, present);
        var known = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Enum.GetValues<SensorKind>().Length; i++)
        {
            var error = Error(File, ($"Sensors:{i}:Wrong", "x"));
            known.UnionWith(error[(error.IndexOf("are: ", StringComparison.Ordinal) + 5)..].Split(", "));
        }
        Assert.Equal(SensorKeys, known);
    }

    [Theory]
    [InlineData("Brocker:Address", "x", "Brocker: no such key; here are: BaseTopic, Board, Broker")]
    [InlineData("Broker:Address", "127.0.0.1", "Broker:Address: '127.0.0.1' is not HOST:PORT")]
    [InlineData("Broker:Address", "a:0", "Broker:Address: 'a:0' is not HOST:PORT")]
    [InlineData("Broker:Address", "a:65536", "Broker:Address: 'a:65536' is not HOST:PORT")]
    [InlineData("Broker:Login", "password", "Broker:Login: this login takes User and SecretFile")]
    [InlineData("Broker:SecretFile", "/none", "Broker:SecretFile: '/none' cannot be read")]
    [InlineData("Board:IntervalSeconds", "86401",
        "Board:IntervalSeconds: '86401' is not a whole number from 0")]
    [InlineData("Board:IntervalSeconds", "1.5", "Board:IntervalSeconds: '1.5' is not a whole number")]
    [InlineData("Board:Topic", "a/#", "Board:Topic: 'a/#' is not a topic")]
    [InlineData("Board:Topic", "+", "Board:Topic: '+' is not a topic")]
    [InlineData("ClientId", "", "ClientId: is missing")]
    [InlineData("BaseTopic", "a+b", "BaseTopic: 'a+b' is not a topic")]
    [InlineData("Commands:Topic", "board/board-attic/result",
        "Commands: Topic is one that the agent publishes to")]
    [InlineData("Sensors:0:Name", "a/b", "Sensors:0:Name: 'a/b' is not 1 to 32 letters")]
    [InlineData("Sensors:0:Kind", "bme680", "Sensors:0:Kind: 'bme680' is not one of bme280, bmp280")]
    [InlineData("Sensors:0:Address", "0x78", "Sensors:0:Address: '0x78' is not an address from 0x03 to 0x77")]
    [InlineData("Sensors:0:Address", "7g", "Sensors:0:Address: '7g' is not an address")]
    [InlineData("Sensors:0:IntervalMilliseconds", "99",
        "Sensors:0:IntervalMilliseconds: '99' is not a whole")]
    [InlineData("Sensors:0:Factor", "1,5", "Sensors:0:Factor: '1,5' is not a number, with a point")]
    [InlineData("Sensors:0:Factor", "NaN", "Sensors:0:Factor: 'NaN' is not a number")]
    [InlineData("Sensors:0:DeadBand", "-1", "Sensors:0:DeadBand: '-1' is not a number from 0 to")]
    [InlineData("Sensors:0:Line", "3", "Sensors:0:Line: no such key")]
    [InlineData("Sensors:1:Name", "hall", "Sensors:1:Kind: is missing")]
    [InlineData("Outputs:0:Name", "pump", "Outputs:0:Line: is missing")]
    [InlineData("Button:Chip", "0", "Button:Line: is missing")]
    [InlineData("Press:ResetSeconds", "6", "Press:ResetSeconds: must be 4 s more")]
    [InlineData("State:CounterSaveSeconds", "0",
        "State:CounterSaveSeconds: '0' is not a whole number from 1")]
    public void A_wrong_value_is_named(string key, string value, string complaint)
    {
        var error = Error(null, ("Sensors:0:Name", "hall"), ("Sensors:0:Kind", "bme280"), (key, value));

        Assert.StartsWith(complaint, error);
        Assert.DoesNotContain('\n', error);
    }

    [Theory]
    [InlineData("Sensors", "'hall' is there twice", "Sensors:1:Name", "hall", "Sensors:1:Kind", "sht3x")]
    [InlineData("Outputs", "line 4 of chip 0 is used twice", "Outputs:0:Name", "a", "Outputs:0:Line", "4",
        "Button:Line", "4")]
    [InlineData("Outputs:0:OnSecondsMax", "makes no sense", "Outputs:0:Name", "a", "Outputs:0:Line", "4",
        "Outputs:0:Safe", "on", "Outputs:0:OnSecondsMax", "5")]
    [InlineData("Outputs", "Contact central takes Board:UplinkFile", "Outputs:0:Name", "a", "Outputs:0:Line",
        "4",
        "Outputs:0:Contact", "central", "Board:UplinkFile", "")]
    [InlineData("Leds:0:Led", "stands alone", "Leds:0:Led", "ACT", "Leds:0:Line", "4")]
    [InlineData("Sensors:0:Values", "'humidity' is there twice", "Sensors:0:Values:0:Name", "humidity",
        "Sensors:0:Values:1:Name", "humidity")]
    public void What_contradicts_itself_is_named(string key, string complaint, params string[] pairs)
    {
        List<(string, string?)> keys = [("Sensors:0:Name", "hall"), ("Sensors:0:Kind", "bme280")];
        for (var i = 0; i < pairs.Length; i += 2) keys.Add((pairs[i], pairs[i + 1]));
        Assert.StartsWith($"{key}: {complaint}", Error(null, [.. keys]));
    }

    [Fact]
    public void A_secret_is_shown_nowhere_and_a_login_at_an_lmq_listener_takes_its_names()
    {
        using var secret = new TemporaryFile("hush\nsecond line\n");
        (string, string?)[] login =
        [
            ("Broker:Login", "signature"), ("Broker:User", "AK"), ("Broker:SecretFile", secret.Path),
            ("BaseTopic", "plant/b1"),
        ];
        var settings = Read(null, [.. login, ("ClientId", "GID_plant@@@board1")]);
        Assert.Equal(("hush", ""), (settings.Broker.Secret, settings.Commands.Topic));
        Assert.DoesNotContain("hush", settings.ToString());
        Assert.StartsWith("Broker:Login: signature takes a ClientId", Error(null, login));
        Assert.Contains("more than 64 characters", Error(null,
            [.. login, ("ClientId", "GID_plant@@@board1"), ("Board:Topic", new string('x', 65))]));
        Assert.StartsWith("Broker:SecretFile: belongs to the logins",
            Error(null, ("Broker:SecretFile", secret.Path)));
    }

    private static string Error(string? file, params (string, string?)[] keys) =>
        Assert.Throws<ConfigurationError>(() => Read(file, keys)).Message;

    private static AgentSettings Read(string? file, params (string Key, string? Value)[] keys)
    {
        var last = new Dictionary<string, string?>();
        foreach (var (key, value) in keys) last[key] = value;
        return SettingsReader.Read(Sources.Read(file, new Dictionary<string, string>(), last), Here);
    }
}
