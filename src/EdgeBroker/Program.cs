using System.Reflection;
using LightMq.EdgeBroker;
using LightMq.EdgeBroker.Configuration;
using LightMq.EdgeBroker.Passwords;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

// The edge broker: command line, configuration, parts wired by hand, exit status. What it does is in
// BrokerService (start and stop) and, per message, in Net.Loop and Broker.Engine.
const string DefaultFile = "lightmq.json";
var version = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);

try
{
    var command = CommandLine.Make(Serve, HashPassword).Parse(args);
    if (command.Errors.Count == 0) return command.Invoke(new() { EnableDefaultExceptionHandler = false });
    return Fail(ExitCode.Usage, command.Errors[0].Message + " (--help lists all options)");
}
catch (ConfigurationError wrong)
{
    return Fail(ExitCode.Configuration, wrong.Message);
}
catch (StartFailure failure)
{
    return Fail(failure.ExitCode, failure.Message);
}

int Serve(string? file, IReadOnlyDictionary<string, string?> options)
{
    file ??= File.Exists(DefaultFile) ? DefaultFile : null;
    var settings = SettingsReader.Read(Sources.Read(file, Environment.GetEnvironmentVariables(), options));
    using var serilog = LogSinks.Open(settings.Log);
    var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
    builder.Logging.ClearProviders();
    builder.Services.AddSingleton(serilog);
    builder.Services.AddSingleton<ILoggerFactory>(serilog);
    builder.Services.Configure<ConsoleLifetimeOptions>(
        static lifetime => lifetime.SuppressStatusMessages = true);
    var log = serilog.CreateLogger("LightMq.EdgeBroker");
    // AddSystemd asks whether the parent is called systemd; whoever gives us a socket wants to be told.
    using var systemd = NotifySocket.Open(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), log);
    if (systemd is not null)
    {
        builder.Services.AddSingleton<ISystemdNotifier>(systemd);
        builder.Services.AddSingleton<IHostLifetime, SystemdLifetime>();
    }
    using var broker = new BrokerService(settings, TimeProvider.System, log, version, systemd);
    builder.Services.AddSingleton<IHostedService>(broker);
    builder.Services.AddSingleton<IHostedService>(
        _ => new Watchdog(broker, systemd, TimeProvider.System, log));
    using var host = builder.Build();
    try
    {
        host.Start();
        host.WaitForShutdown();
    }
    // A signal came while it was still starting.
    catch (OperationCanceledException)
    {
        host.StopAsync().GetAwaiter().GetResult();
    }
    return broker.StoppedCleanly ? ExitCode.Done : ExitCode.Disk;
}

static int HashPassword()
{
    var password = Console.IsInputRedirected ? Console.In.ReadLine() : Terminal.AskPassword();
    if (string.IsNullOrEmpty(password))
        throw new StartFailure(ExitCode.Usage,
            "hash-password reads a password from standard input, one line");
    Console.Out.WriteLine(PasswordText.Make(password));
    return ExitCode.Done;
}

static int Fail(int exitCode, string line)
{
    Console.Error.WriteLine($"lightmq-edgebroker: {line}");
    return exitCode;
}
