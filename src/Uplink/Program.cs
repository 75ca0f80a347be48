using System.Reflection;
using System.Runtime.InteropServices;
using LightMq.Service;
using LightMq.Service.Configuration;
using LightMq.Uplink;
using LightMq.Uplink.Settings;
using LightMq.Uplink.State;

// The uplink: command line, configuration, parts wired by hand, exit status. What it does is in
// Bridging.Bridge; start and stop are in UplinkService.
const string Name = "lightmq-uplink";
const string DefaultFile = "uplink.json";
var version = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);

return ServiceProcess.Run(Name, () => CommandLine.Invoke(args, Serve, Refused));

int Serve(string? file, IReadOnlyDictionary<string, string?> options)
{
    file ??= File.Exists(DefaultFile) ? DefaultFile : null;
    var settings = Read(file, options);
    using var serilog = LogSinks.Open(settings.Log);
    var log = serilog.CreateLogger("LightMq.Uplink");
    using var systemd = NotifySocket.Open(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), log);
    var watch = new SettingsWatch<UplinkSettings>(file, () => Read(file, options), log);
    using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
    {
        signal.Cancel = true;
        watch.Ask();
    });
    Log.Starting(log, version, settings.Local.Address.ToString(),
        string.Join(", ", settings.Central.Addresses), settings.Central.ClientId);
    using var uplink = new UplinkService(settings, watch, systemd, TimeProvider.System, new Random(), log);
    using var watchdog = new Watchdog(uplink.Watched, systemd, TimeProvider.System, log);
    ServiceProcess.Serve(serilog, systemd, uplink, watchdog);
    return ExitCode.Done;
}

int Refused(
    string? file, IReadOnlyDictionary<string, string?> options, RefusedAction action, long[]? numbers)
{
    file ??= File.Exists(DefaultFile) ? DefaultFile : null;
    var state = Read(file, options).State;
    return RefusedCommand.Run(
        new RefusedStore(Path.Combine(state.Directory, "refused"), state.RefusedBytesMax), action, numbers,
        Console.Out);
}

UplinkSettings Read(string? file, IReadOnlyDictionary<string, string?> options) =>
    SettingsReader.Read(Sources.Read(file, Environment.GetEnvironmentVariables(), options));
