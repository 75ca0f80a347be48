using System.Globalization;
using LightMq.DeviceAgent.Board;
using LightMq.DeviceAgent.Link;
using LightMq.DeviceAgent.Settings;
using LightMq.Service;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;

// lightmq-deviceagent: reads this board's figures and publishes them. See AgentOptions.Usage.

if (args.Contains("--help") || args.Contains("-h"))
{
    Console.WriteLine(AgentOptions.Usage);
    return 0;
}

AgentOptions options;
try
{
    options = AgentOptions.Parse(args, Environment.MachineName.ToLowerInvariant());
}
catch (WrongOption wrong)
{
    Console.Error.WriteLine("lightmq-deviceagent: " + wrong.Message);
    return 78; // EX_CONFIG: systemd does not start it again
}

using var serilog = new LoggerConfiguration()
    .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
    .WriteTo.Console(
        outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} deviceagent {Message:lj}{NewLine}{Exception}",
        formatProvider: CultureInfo.InvariantCulture)
    .CreateLogger();
using var loggers = new SerilogLoggerFactory(serilog);
var log = loggers.CreateLogger("LightMq.DeviceAgent");
var backoff = new Backoff(new Random(), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
using var link = new BrokerLink(options, backoff, TimeProvider.System, log);

var builder = Host.CreateEmptyApplicationBuilder(null);
builder.Services.AddSystemd();
builder.Services.AddSingleton<ILoggerFactory>(loggers);
builder.Services.AddHostedService(_ =>
    new Telemetry(options, new BoardReader("/", options.ClientId), link, TimeProvider.System, log));
await builder.Build().RunAsync();
return 0;
