using System.Reflection;
using LightMq.EdgeBroker.Configuration;
using LightMq.Host;
using LightMq.Service;
using LightMq.Service.Configuration;

// The edge broker: command line, configuration, parts wired by hand, exit status. What it does is in
// Host.BrokerService (start and stop) and, per message, in Net.Loop and Broker.Engine.
const string Name = "lightmq-edgebroker";
const string DefaultFile = "lightmq.json";
var version = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);

return ServiceProcess.Run(Name, () => CommandLine.Invoke(
    "MQTT broker for edge boxes: what it has acknowledged, it keeps.", args, Serve));

int Serve(string? file, IReadOnlyDictionary<string, string?> options)
{
    file ??= File.Exists(DefaultFile) ? DefaultFile : null;
    var settings = SettingsReader.Read(Sources.Read(file, Environment.GetEnvironmentVariables(), options));
    using var serilog = LogSinks.Open(settings.Log);
    var log = serilog.CreateLogger("LightMq.EdgeBroker");
    using var systemd = NotifySocket.Open(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), log);
    using var broker = new BrokerService(
        settings, new BrokerProgram("EdgeBroker", version), TimeProvider.System, log, systemd);
    using var watchdog = new Watchdog(broker.Watched, systemd, TimeProvider.System, log);
    using var status = new StatusLine(() => broker.Status, systemd, TimeProvider.System);
    ServiceProcess.Serve(serilog, systemd, broker, watchdog, status);
    return broker.StoppedCleanly ? ExitCode.Done : ExitCode.Disk;
}
