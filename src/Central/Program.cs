using System.Reflection;
using LightMq.Central;
using LightMq.Central.Configuration;
using LightMq.Central.Core;
using LightMq.Central.Http;
using LightMq.Host;
using LightMq.Service;
using LightMq.Service.Configuration;

// The central: the same broker as at the edge, and beside it the core, the auth server and the app server.
// Command line, configuration, parts wired by hand, exit status.
const string Name = "lightmq-central";
const string DefaultFile = "central.json";
var version = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);

return ServiceProcess.Run(Name, () => CommandLine.Invoke(
    "Central of LightMq: takes what edge brokers bring, once and in order, and keeps it.", args, Serve));

int Serve(string? file, IReadOnlyDictionary<string, string?> options)
{
    file ??= File.Exists(DefaultFile) ? DefaultFile : null;
    var settings = SettingsReader.Read(Sources.Read(file, Environment.GetEnvironmentVariables(), options));
    using var serilog = LogSinks.Open(settings.Broker.Log);
    var log = serilog.CreateLogger("LightMq.Central");
    using var systemd = NotifySocket.Open(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), log);
    var cluster = ClusterName.Find(settings.Broker.Store.Directory);
    using var parts = new CentralParts(settings, cluster, TimeProvider.System, log);
    var program = new BrokerProgram("Central", version)
    {
        Extend = parts.Open, Answered = parts.Answered, Ended = parts.Close,
    };
    using var broker = new BrokerService(
        settings.BrokerOf(cluster.Id), program, TimeProvider.System, log, systemd);
    using var http = new HttpService(
        settings.Http, settings.Broker.Store.Directory, parts.MakeApis, TimeProvider.System, log);
    using var watchdog =
        new Watchdog([.. broker.Watched, parts.Watched], systemd, TimeProvider.System, log);
    using var status = new StatusLine(() => broker.Status, systemd, TimeProvider.System);
    ServiceProcess.Serve(serilog, systemd, broker, http, watchdog, status);
    return broker.StoppedCleanly ? ExitCode.Done : ExitCode.Disk;
}
