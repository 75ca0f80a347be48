using System.Reflection;
using System.Runtime.InteropServices;
using LightMq.DeviceAgent;
using LightMq.DeviceAgent.Settings;
using LightMq.DeviceAgent.State;
using LightMq.Service;
using LightMq.Service.Configuration;

// The device agent: command line, configuration, parts wired by hand, exit status. What it does is in Agent;
// start and stop are in AgentService.
const string Name = "lightmq-deviceagent";
const string DefaultFile = "agent.json";
var version = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);

return ServiceProcess.Run(Name, () => CommandLine.Invoke(args, Serve));

int Serve(string? file, IReadOnlyDictionary<string, string?> options)
{
    file ??= File.Exists(DefaultFile) ? DefaultFile : null;
    var settings = Read(file, options);
    using var serilog = LogSinks.Open(settings.Log);
    var log = serilog.CreateLogger("LightMq.DeviceAgent");
    using var systemd = NotifySocket.Open(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), log);
    var watch = new SettingsWatch<AgentSettings>(file, () => Read(file, options), log);
    using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
    {
        signal.Cancel = true;
        watch.Ask();
    });
    var start = StateFolder.NextStart(settings.State.Directory, TimeProvider.System);
    Log.Starting(log, version, settings.ClientId, start, settings.Sensors.Count, settings.Outputs.Count);
    using var agent = new AgentService(
        settings, Hardware.Ours, start, watch, systemd, TimeProvider.System, new Random(), log);
    using var watchdog = new Watchdog(agent.Watched, systemd, TimeProvider.System, log);
    ServiceProcess.Serve(serilog, systemd, agent, watchdog);
    return ExitCode.Done;
}

AgentSettings Read(string? file, IReadOnlyDictionary<string, string?> options) => SettingsReader.Read(
    Sources.Read(file, Environment.GetEnvironmentVariables(), options), Surroundings.Ours);
