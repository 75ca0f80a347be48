using System.Globalization;
using LightMq.EngineBench;

// lightmq engine bench: `LightMq.EngineBench [messages [end of a path's name]]` prints one JSON line per
// path, with the time and the managed allocation per message delivered, in steady state. No socket, no disk,
// one thread.
// `LightMq.EngineBench tokens [checks]` does so for the verification of a token.
// To compare paths run each in a process of its own: the JIT optimises for what it saw first.

if (args is ["tokens", ..])
{
    TokenChecks.Run(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 20_000);
    return;
}

var messages = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
Traffic[] paths =
[
    new("fan-in 10 → 1, QoS 0", Publishers: 10, Subscribers: 1, Qos: 0, CleanSession: true),
    new("fan-in 10 → 1, QoS 1", Publishers: 10, Subscribers: 1, Qos: 1, CleanSession: true),
    new("fan-in 10 → 1, QoS 1, persistent and keeping up", Publishers: 10, Subscribers: 1, Qos: 1,
        CleanSession: false),
    new("fan-out 1 → 50, QoS 0", Publishers: 1, Subscribers: 50, Qos: 0, CleanSession: true),
    new("fan-out 1 → 50, QoS 1", Publishers: 1, Subscribers: 50, Qos: 1, CleanSession: true),
    new("fan-in 10 → 1, QoS 1, lmq by signature", Publishers: 10, Subscribers: 1, Qos: 1, CleanSession: true)
    {
        Login = Login.Signature,
    },
    new("fan-in 10 → 1, QoS 1, lmq by token", Publishers: 10, Subscribers: 1, Qos: 1, CleanSession: true)
    {
        Login = Login.Tokens,
    },
];
if (args.Length > 1) paths = [.. paths.Where(path => path.Name.EndsWith(args[1], StringComparison.Ordinal))];
foreach (var path in paths)
{
    var world = new World(path);
    world.Run(messages / 4); // pools fill, the JIT optimises
    world.Run(messages / 4);
    var (nanoseconds, bytes) = world.Run(messages);
    var figures = string.Create(
        CultureInfo.InvariantCulture,
            $"\"nanosecondsPerMessage\":{nanoseconds:F1},\"bytesPerMessage\":{bytes:F3}");
    Console.WriteLine($$"""{"path":"{{path.Name}}",{{figures}}}""");
}
