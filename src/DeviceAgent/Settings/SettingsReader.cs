using System.Globalization;
using System.Text;
using LightMq.Lmq;
using LightMq.Service.Configuration;
using Microsoft.Extensions.Configuration;

namespace LightMq.DeviceAgent.Settings;

/// <summary>Reads and checks every key; each is described in <c>agent.sample.json</c>.</summary>
internal static class SettingsReader
{
    private const int MiB = 1 << 20;
    private const string Text128 = "1 to 128 characters without control characters";
    private const string FileName = "a file name";
    private const string AddressForm = "HOST:PORT, such as 127.0.0.1:1883";

    /// <summary>Gives valid settings.</summary>
    /// <param name="configuration">All sources.</param>
    /// <param name="surroundings">Where the agent runs.</param>
    /// <exception cref="ConfigurationError">The first key that is wrong.</exception>
    public static AgentSettings Read(IConfiguration configuration, Surroundings surroundings)
    {
        var root = new SettingsSection(configuration, "");
        var clientId = root.Text("ClientId", "board-" + surroundings.HostName, Text128, IsText128);
        // A client id may hold what a level of a topic may not.
        var level = clientId.Replace('+', '-').Replace('#', '-').Replace('/', '-');
        var baseTopic = Topic(root, "BaseTopic", "board/" + level);
        var broker = ReadBroker(root.Section("Broker"), clientId);
        var settings = new AgentSettings
        {
            ClientId = clientId,
            BaseTopic = baseTopic,
            Broker = broker,
            Queue = ReadQueue(root.Section("Queue")),
            Board = ReadBoard(root.Section("Board"), baseTopic, surroundings),
            Commands = ReadCommands(root.Section("Commands"), baseTopic, broker.Login),
            Update = ReadUpdate(root.Section("Update")),
            Sensors = new(root.List("Sensors", section => SensorReader.Read(section, baseTopic))),
            Outputs = new(root.List("Outputs", section => GpioReader.Output(section, baseTopic))),
            Leds = new(root.List("Leds", GpioReader.Led)),
            Button = root.Has("Button") ? GpioReader.Button(root.Section("Button")) : null,
            Press = GpioReader.Press(root.Section("Press")),
            State = ReadState(root.Section("State"), surroundings),
            HungAfter = TimeSpan.FromSeconds(root.Whole("BusHungSeconds", 10, 1, 600)),
            IsClockTrusted = ReadClock(root.Section("Clock")),
            Log = LogReader.Read(root.Section("Log")),
        };
        root.RefuseOthers();
        SettingsCheck.Whole(root, settings);
        return settings;
    }

    /// <summary>A topic to publish to.</summary>
    public static string Topic(SettingsSection section, string key, string otherwise) =>
        section.Text(key, otherwise, "a topic: 1 to 1024 bytes without +, # and control characters", IsTopic);

    private static bool IsTopic(string text) =>
        text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= 1_024 && !text.StartsWith('$')
        && !text.Any(char.IsControl) && text.IndexOfAny(['+', '#']) < 0;

    private static BrokerSettings ReadBroker(SettingsSection section, string clientId)
    {
        var address = section.Text("Address", "127.0.0.1:1883", AddressForm, IsAddress);
        var colon = address.LastIndexOf(':');
        var kind = section.Choice("Login", LoginKind.None, ("none", LoginKind.None),
            ("password", LoginKind.Password), ("signature", LoginKind.Signature));
        var broker = new BrokerSettings
        {
            Host = address[..colon].Trim('[', ']'),
            Port = int.Parse(address[(colon + 1)..], CultureInfo.InvariantCulture),
            Login = kind,
            User = section.Text("User", "", Text128, static text => text.Length == 0 || IsText128(text)),
            Secret = SecretIn(section, "SecretFile"),
            KeepAliveSeconds = section.Whole("KeepAliveSeconds", 30, 5, 1_200),
            BackoffMillisecondsMax = section.Whole("BackoffMillisecondsMax", 60_000, 10, 3_600_000),
        };
        if (kind == LoginKind.None && broker.Secret.Length > 0)
            throw section.Contradiction("SecretFile", "belongs to the logins password and signature");
        if (kind != LoginKind.None && (broker.User.Length == 0 || broker.Secret.Length == 0))
            throw section.Contradiction("Login", "this login takes User and SecretFile (MQTT-3.1.2-22)");
        if (kind == LoginKind.Signature && !ClientIdName.TryParse(Encoding.UTF8.GetBytes(clientId), out _))
            throw section.Contradiction("Login", "signature takes a ClientId of the form GID_group@@@device");
        section.RefuseOthers();
        return broker;
    }

    private static QueueSettings ReadQueue(SettingsSection section)
    {
        var queue = new QueueSettings(
            section.Whole("MessagesMax", 2_000, 10, 100_000),
            section.Whole("BytesMax", MiB, 16_384, 64 * MiB));
        section.RefuseOthers();
        return queue;
    }

    private static BoardSettings ReadBoard(
        SettingsSection section, string baseTopic, Surroundings surroundings)
    {
        // A service of a board has an uplink beside it; who starts the agent by hand most likely has none.
        var uplink = surroundings.RuntimeDirectory.Length > 0 ? "/run/lightmq-uplink/uplink.json" : "";
        var board = new BoardSettings
        {
            Interval = TimeSpan.FromSeconds(section.Whole("IntervalSeconds", 60, 0, 86_400)),
            Topic = Topic(section, "Topic", baseTopic + "/telemetry"),
            DataDirectory = section.Text("DataDirectory", "/data", FileName, IsFileName),
            Root = section.Text("Root", "/", FileName, static text => text.Length > 0 && IsFileName(text)),
            UplinkFile = section.Text("UplinkFile", uplink, FileName, IsFileName),
        };
        section.RefuseOthers();
        return board;
    }

    private static CommandSettings ReadCommands(SettingsSection section, string baseTopic, LoginKind login)
    {
        // P2P comes unasked to a client of an lmq listener (LMQ-MSG-5).
        var topic = section.Text("Topic", login == LoginKind.Signature ? "" : baseTopic + "/command",
            "a topic, or nothing", static text => text.Length == 0 || IsTopic(text));
        var commands = new CommandSettings(
            topic, Topic(section, "ResultTopic", baseTopic + "/result"),
            section.Whole("PerSecondMax", 20, 1, 1_000));
        section.RefuseOthers();
        return commands;
    }

    private static UpdateSettings ReadUpdate(SettingsSection section)
    {
        var update = new UpdateSettings(section.Text("CA", "", FileName, IsFileName),
            section.Whole("BytesMax", 512 * MiB, MiB, 1_024 * MiB));
        section.RefuseOthers();
        return update;
    }

    private static StateSettings ReadState(SettingsSection section, Surroundings surroundings)
    {
        var runtime = section.Text("RuntimeDirectory", surroundings.RuntimeDirectory, FileName, IsFileName);
        var state = new StateSettings(
            section.Text("Directory", surroundings.StateDirectory, FileName, IsFileName), runtime,
            section.Text("StatusFile", runtime.Length > 0 ? Path.Combine(runtime, "agent.json") : "",
                FileName, IsFileName),
            TimeSpan.FromSeconds(section.Whole("CounterSaveSeconds", 600, 1, 86_400)));
        section.RefuseOthers();
        return state;
    }

    private static bool ReadClock(SettingsSection section)
    {
        var isTrusted = section.Choice("Trust", false, ("kernel", false), ("always", true));
        section.RefuseOthers();
        return isTrusted;
    }

    /// <summary>The first line of a file that holds a secret; the error does not show it.</summary>
    private static string SecretIn(SettingsSection section, string key)
    {
        var path = section.Text(key, "", FileName, IsFileName);
        if (path.Length == 0) return "";
        try
        {
            var line = File.ReadLines(path).FirstOrDefault("").Trim();
            return line.Length > 0 ? line
                : throw section.Contradiction(key, $"the first line of '{path}' is empty");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw section.Contradiction(key, $"'{path}' cannot be read: {wrong.Message}");
        }
    }

    // The last colon parts host and port, so that [::1]:1883 works.
    private static bool IsAddress(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && Uri.CheckHostName(text[..colon]) != UriHostNameType.Unknown
            && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture,
                out var port)
            && port is >= 1 and <= 65_535;
    }

    private static bool IsText128(string text) => text.Length is > 0 and <= 128 && !text.Any(char.IsControl);

    private static bool IsFileName(string text) => text.IndexOf('\0') < 0;
}
