using System.Globalization;
using System.Text;

namespace LightMq.DeviceAgent.Settings;

/// <summary>What the agent was told; made and checked once, by <see cref="Parse"/>.</summary>
public sealed record AgentOptions
{
    /// <summary>What --help prints.</summary>
    public const string Usage = """
        lightmq-deviceagent: publishes this board's figures as JSON telemetry, MQTT 3.1.1, QoS 1.

          --broker HOST:PORT       broker to publish to                            127.0.0.1:1883
          --interval-seconds N     time between readings, 1 to 86400               10
          --client-id ID           MQTT client id, and the board's name            board-<host name>
          --topic TOPIC            topic to publish to                             board/<client id>/telemetry
          --user NAME              user name for the login                         none
          --password-file FILE     file whose first line is the password           none
          --help                   this text

        Exit status: 0 after SIGTERM or Ctrl-C, 78 when an option is wrong.
        """;

    /// <summary>Host name or address of the broker.</summary>
    public string Host { get; init; } = "127.0.0.1";
    /// <summary>TCP port of the broker.</summary>
    public int Port { get; init; } = 1883;
    /// <summary>Time between readings.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>MQTT client id and name of the board.</summary>
    public string ClientId { get; init; } = "board";
    /// <summary>Topic published to.</summary>
    public string Topic { get; init; } = "board/telemetry";
    /// <summary>User name of the login, if any.</summary>
    public string? User { get; init; }
    /// <summary>Password of the login, if any.</summary>
    public byte[]? Password { get; init; }

    /// <summary>Names no password: the record may end up in a log.</summary>
    public override string ToString() => $"{ClientId} to {Host}:{Port}, {Topic}";

    /// <summary>Reads the command line.</summary>
    /// <param name="arguments">Arguments, without --help.</param>
    /// <param name="hostName">Name of this machine, for the default client id.</param>
    /// <exception cref="WrongOption">One line that names the option, its value and what is
    /// allowed.</exception>
    public static AgentOptions Parse(IReadOnlyList<string> arguments, string hostName)
    {
        var options = new AgentOptions { ClientId = "board-" + hostName };
        string? topic = null;
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var name = arguments[i];
            var value = i + 1 < arguments.Count ? arguments[i + 1] : "";
            options = name switch
            {
                "--broker" => WithBroker(options, value),
                "--interval-seconds" =>
                    options with { Interval = TimeSpan.FromSeconds(Number(name, value, 86_400)) },
                "--client-id" => options with { ClientId = Text(name, value, 256) },
                "--topic" => options with { Topic = topic = TopicName(name, value) },
                "--user" => options with { User = Text(name, value, 256) },
                "--password-file" => options with { Password = FirstLine(name, value) },
                _ => throw new WrongOption($"unknown option '{name}'; --help lists them"),
            };
        }
        if (options.Password != null && options.User == null)
            throw new WrongOption("--password-file needs --user (MQTT-3.1.2-22)");
        return topic != null ? options
            : options with { Topic = TopicName("--client-id", TopicOf(options.ClientId)) };
    }

    private static string TopicOf(string clientId) => $"board/{clientId}/telemetry";

    // The last colon parts host and port, so that [::1]:1883 works.
    private static AgentOptions WithBroker(AgentOptions options, string value)
    {
        var colon = value.LastIndexOf(':');
        if (colon <= 0 || Uri.CheckHostName(value[..colon]) == UriHostNameType.Unknown)
            throw new WrongOption($"--broker '{value}': expected HOST:PORT, such as 127.0.0.1:1883");
        return options with
        {
            Host = value[..colon].Trim('[', ']'),
            Port = Number("--broker port", value[(colon + 1)..], 65_535)
        };
    }

    private static int Number(string name, string value, int max) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 &&
            number <= max
            ? number
            : throw new WrongOption($"{name} '{value}': expected a whole number from 1 to {max}");

    private static string Text(string name, string value, int bytesMax) =>
        value.Length > 0 && Encoding.UTF8.GetByteCount(value) <= bytesMax && !value.Any(char.IsControl)
            ? value
            : throw new WrongOption(
                $"{name} '{value}': expected 1 to {bytesMax} bytes without control characters");

    private static string TopicName(string name, string value) =>
        Text(name, value, 1024).AsSpan().ContainsAny('#', '+')
            ? throw new WrongOption(
                $"{name} '{value}': a topic to publish to holds no + and no # (MQTT-3.3.2-2)")
            : value;

    private static byte[] FirstLine(string name, string path)
    {
        try
        {
            using var file = new StreamReader(path);
            var line = file.ReadLine();
            return string.IsNullOrEmpty(line)
                ? throw new WrongOption($"{name} '{path}': the first line is empty")
                : Encoding.UTF8.GetBytes(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new WrongOption($"{name} '{path}': cannot be read ({e.Message})");
        }
    }
}

/// <summary>An option that cannot be used; the message is the one line that the user sees.</summary>
public sealed class WrongOption(string message) : Exception(message);
