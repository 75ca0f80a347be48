using System.Runtime.Versioning;
using LightMq.Demo;
using LightMq.Process.Chain;

[assembly: SupportedOSPlatform("linux")]

// A central, an edge broker, its uplink and a dozen sensors, with a link between them that can be cut. Prints
// each second what the sensors were promised and what has come above. Started by ./build.sh demo.
const string Help = "commands: cut | join | kill edge | kill uplink | kill central | quit";

var seconds = 0;
if (args is ["--seconds", var text] && int.TryParse(text, out var number) && number > 0) seconds = number;
else if (args.Length > 0)
{
    Console.Error.WriteLine(
        "lightmq-demo: takes --seconds N, for a run that breaks things by itself and ends");
    return 64;
}

using var site = new ChainSite();
site.Uplink.Start();
using var sensors = new SensorField(() => site.Edge.Port);
var ledger = new ArrivalLedger();
var breaker = new Breaker(site);

Console.WriteLine($"""
    edge broker   mqtt 127.0.0.1:{site.Edge.Port}, process {site.Edge.Process.Id}
                  watch it: mosquitto_sub -h 127.0.0.1 -p {site.Edge.Port} -v -t 'plant/#'
    uplink        process {site.Uplink.Process.Id}, its state in {site.Uplink["status.json"]}
    link          127.0.0.1:{site.Link.Port}, 20 ms each way; the commands below cut and join it
    central       mqtt 127.0.0.1:{site.Central.Port}, process {site.Central.Process.Id}
                  its core: curl -H 'Authorization: Bearer {CentralSite.StreamBearer}' \
                      http://127.0.0.1:{site.Central.HttpPort}/v1/topics/plant/partitions
    {Help}
    """);
site.Link.Delay = TimeSpan.FromMilliseconds(20);
sensors.Start();
return seconds > 0 ? RunAlone() : RunByHand();

int RunByHand()
{
    var commands = new Thread(() =>
    {
        while (Console.ReadLine() is { } line)
            if (!breaker.Do(line.Trim())) Console.WriteLine(Help);
        breaker.IsOver = true;
    })
    { IsBackground = true };
    commands.Start();
    while (!breaker.IsOver) Show();
    return 0;
}

int RunAlone()
{
    string[] breaks = ["cut", "join", "kill uplink", "kill central", "kill edge", "cut", "join"];
    for (var second = 0; second < seconds; second++)
    {
        var step = second * breaks.Length / seconds;
        if (second == 0 || step != (second - 1) * breaks.Length / seconds)
        {
            Console.WriteLine($"> {breaks[step]}");
            breaker.Do(breaks[step]);
        }
        Show();
    }
    sensors.Stop();
    for (var left = 60; left > 0 && ledger.Missing(sensors.Acknowledged) > 0; left--) Show();
    Console.WriteLine(ledger.Verdict(sensors.Acknowledged));
    return ledger.IsRight(sensors.Acknowledged) ? 0 : 1;
}

void Show()
{
    Thread.Sleep(1_000);
    breaker.Restart();
    try
    {
        ledger.Take(site.Reader.Read("plant", CancellationToken.None).GetAwaiter().GetResult());
    }
    catch (HttpRequestException)
    {
        // The central is down for a moment.
    }
    Console.WriteLine($"{DateTimeOffset.Now:HH:mm:ss}  {breaker.State}  {ledger.Line(sensors.Acknowledged)}");
}
