using System.Diagnostics;
using System.Text;
using System.Text.Json;
using LightMq.Lmq;
using LightMq.Process.Agent;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using Xunit;

namespace LightMq.Process;

/// <summary>The real device agent at a real broker.</summary>
public sealed class AgentTests : IDisposable
{
    private const string Supply = """
        { "Name": "supply", "Kind": "hwmon", "Device": "supply", "Channels": [ "in0" ],
          "IntervalMilliseconds": 200 }
        """;
    private const string Boiler =
        """ { "Name": "boiler", "Kind": "ds18b20", "IntervalMilliseconds": 1000 } """;
    private const string Topic = "parent/attic/sensor/supply";
    private readonly Scratch _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Sensors_are_read_and_a_changed_file_is_taken_over_without_a_restart()
    {
        using var broker = BrokerProcess.Start(_data["a"]);
        using var listener = Listen(broker.Port);
        using var rig = new AgentRig(broker.Port).Configure($""" "Sensors": [ {Supply} ] """).Start();
        var first = rig.Next(listener, Topic);
        Assert.Equal((1, 1, 5.012), (Number(first, "start"), Number(first, "sequence"), Value(first, "in0")));

        rig.Configure($""" "Sensors": [ {Supply}, {Boiler} ] """);
        Assert.Equal(25.063, Value(rig.Next(listener, "parent/attic/sensor/boiler"), "temperature"));
        rig.WaitForLog("configuration read again; changed: Sensors");

        rig.Configure(""" "Sensors": [ { "Name": "supply", "Kind": "hwmonn" } ] """);
        rig.WaitForLog("the new configuration is wrong and the old one stays: Sensors:0:Kind: 'hwmonn' is");
        var sequence = Number(rig.Next(listener, Topic), "sequence");
        // The one that stayed has gone on counting, and no number is missing.
        for (var i = 1; i < 5; i++)
            Assert.Equal(sequence + i, Number(rig.Next(listener, Topic), "sequence"));

        rig.Configure($""" "Sensors": [ {Supply.Replace("200", "100")} ] """);
        rig.WaitFor(() => rig.Status?.GetProperty("sensors").GetArrayLength() == 1, "one sensor left");
        Assert.Equal(0, rig.Terminate());
    }

    [Fact]
    public void Commands_are_carried_out_and_answered_and_the_leds_show_it()
    {
        using var broker = BrokerProcess.Start(_data["a"]);
        using var listener = Listen(broker.Port);
        listener.Publish("parent/attic/command", """{ "id": "0", "action": "identify" }"""u8.ToArray(),
            retain: true);
        using var rig = new AgentRig(broker.Port).Configure(
            $""" "Sensors": [ {Supply.Replace("200", "3600000")} ], "Leds": [ {"{"} "Led": "ACT" {"}"} ] """)
                .Start();
        Assert.Equal("refused", Text(rig.Next(listener, "parent/attic/result"), "result"));
        rig.WaitFor(() => rig.Status is { } status && Text(status, "state") == "healthy", "healthy");
        rig.WaitFor(() => rig.Read("sys/class/leds/ACT/brightness").Trim() == "1", "light");
        Assert.Equal("none", rig.Read("sys/class/leds/ACT/trigger").Trim());

        Send(listener, """{ "id": "1", "action": "identify", "seconds": 2 }""");
        Assert.Equal(("1", "done"), Answer(rig, listener));
        rig.WaitFor(() => rig.Status is { } status && Text(status, "state") == "identify", "identify");
        rig.WaitFor(() => rig.Status is { } status && Text(status, "state") == "healthy", "healthy again");

        rig.With("sys/class/hwmon/hwmon0/in0_input", "4987\n");
        Send(listener, """{ "id": "2", "action": "read", "sensor": "supply" }""");
        rig.Next(listener, Topic, static one => Value(one, "in0") == 4.987);
        Send(listener, """{ "id": "3", "action": "set", "output": "pump", "state": "on" }""");
        Assert.Equal(("3", "refused"), Answer(rig, listener));
    }

    [Fact]
    public void Over_kills_of_the_broker_each_reading_comes_in_order()
    {
        using var rig = new AgentRig(0);
        var port = 0;
        var numbers = new List<long>();
        for (var round = 0; round < 4; round++)
        {
            using var broker = port == 0 ? BrokerProcess.Start(_data["a"])
                : BrokerProcess.StartWith("--data", _data["a"], "--listen", $"127.0.0.1:{port}", "--dialect",
                    "plain");
            using var listener = Listen(broker.Port);
            if (port == 0)
            {
                rig.BrokerPort = port = broker.Port;
                rig.Configure($""" "Sensors": [ {Supply} ] """).Start();
            }
            for (var i = 0; i < 10; i++) numbers.Add(Number(rig.Next(listener, Topic), "sequence"));
            broker.Kill();
        }
        // QoS 1: some may come twice. None is missing, and none comes for the first time before an older one.
        Assert.Equal(Enumerable.Range(1, (int)numbers[^1]).Select(static n => (long)n), numbers.Distinct());
    }

    [Fact]
    public void After_a_kill_the_next_start_has_the_next_number()
    {
        using var broker = BrokerProcess.Start(_data["a"]);
        using var listener = Listen(broker.Port);
        using var rig = new AgentRig(broker.Port).Configure($""" "Sensors": [ {Supply} ] """).Start();
        Assert.Equal(1, Number(rig.Next(listener, Topic), "start"));
        rig.Kill();
        rig.Start();
        var next = rig.Next(listener, Topic, static one => Number(one, "start") == 2);
        Assert.Equal(1, Number(next, "sequence"));
    }

    [Fact]
    public void Missing_devices_are_told_once_and_harm_nobody()
    {
        using var broker = BrokerProcess.Start(_data["a"]);
        using var listener = Listen(broker.Port);
        using var rig = new AgentRig(broker.Port).Configure($$"""
            "Sensors": [ {{Supply}},
              { "Name": "hall", "Kind": "bme280", "Bus": 250, "IntervalMilliseconds": 200,
                  "RetrySecondsMax": 1 },
              { "Name": "tank", "Kind": "mcp3008", "Bus": 60, "IntervalMilliseconds": 200 },
              { "Name": "door", "Kind": "gpio-input", "Chip": 63, "Line": 1 } ],
            "Outputs": [ { "Name": "pump", "Chip": 63, "Line": 2 } ], "Button": { "Chip": 63, "Line": 3 },
            "Leds": [ { "Led": "PWR" } ]
            """).Start();
        Assert.Equal("bad", Text(rig.Next(listener, "parent/attic/sensor/hall"), "quality"));
        rig.WaitFor(() =>
            rig.Status is { } status && Text(status, "line").Contains("pump: "), "complaint of the pump");
        for (var i = 0; i < 20; i++) Assert.Equal(5.012, Value(rig.Next(listener, Topic), "in0"));
        foreach (var name in (string[])["sensor hall: ", "sensor tank: ", "sensor door: ", "output pump: ",
            "button: "])
            Assert.Single(rig.Log.Split('\n'), line => line.Contains(name, StringComparison.Ordinal));
        Send(listener, """{ "id": "1", "action": "set", "output": "pump", "state": "on" }""");
        Assert.Equal(("1", "refused"), Answer(rig, listener));
        Assert.Equal(0, rig.Terminate());
    }

    [Fact]
    public void A_bus_that_hangs_is_told_the_others_go_on_and_systemd_hears_that_all_is_well()
    {
        using var broker = BrokerProcess.Start(_data["a"]);
        using var listener = Listen(broker.Port);
        using var rig = new AgentRig(broker.Port).Configure($$"""
            "Sensors": [ {{Supply}}, { "Name": "stuck", "Kind": "hwmon", "Device": "stuck",
                "Channels": [ "temp1" ],
              "IntervalMilliseconds": 200 } ]
            """);
        rig.With("sys/class/hwmon/hwmon1/name", "stuck\n");
        // Who opens a pipe for reading waits for somebody who writes: a driver that never comes back.
        var pipe = rig["board/sys/class/hwmon/hwmon1/temp1_input"];
        using (var make = System.Diagnostics.Process.Start("mkfifo", [pipe])) make.WaitForExit();
        using var systemd = new Systemd(rig["notify"]);
        rig.Start(("NOTIFY_SOCKET", rig["notify"]), ("WATCHDOG_USEC", "600000"));

        var told = rig.Next(listener, "parent/attic/sensor/stuck");
        Assert.Equal(("bad", "bus hwmon stuck hangs"), (Text(told, "quality"), Text(told, "reason")));
        for (var i = 0; i < 10; i++) rig.Next(listener, Topic);
        systemd.WaitFor("WATCHDOG=1", systemd.Count("WATCHDOG=1") + 5);
        rig.WaitForLog("bus hwmon stuck hangs: nothing has come back");
        Assert.Contains("bus hwmon stuck hangs", Text(rig.Status!.Value, "line"));

        File.WriteAllText(pipe, "21500\n");
        rig.Next(listener, "parent/attic/sensor/stuck", static one =>
            Text(one, "quality") == "good" && Value(one, "temp1") == 21.5);
        // It hangs again, and a stop ends all the same.
        Assert.Equal(0, rig.Terminate());
        Assert.Single(rig.Log.Split('\n'), static line =>
            line.Contains("moves again", StringComparison.Ordinal));
    }

    [Fact]
    public void Systemd_is_told_of_ready_its_state_and_stopping()
    {
        using var broker = BrokerProcess.Start(_data["a"]);
        using var rig = new AgentRig(broker.Port).Configure($""" "Sensors": [ {Supply} ] """);
        using var systemd = new Systemd(rig["notify"]);
        rig.Start(("NOTIFY_SOCKET", rig["notify"]));
        systemd.WaitFor("READY=1");
        systemd.WaitFor("STATUS=healthy; 1 of 1 sensors read");
        broker.Kill();
        systemd.WaitFor("STATUS=broker away; 1 of 1 sensors read; broker away (");
        Assert.Equal(0, rig.Terminate());
        systemd.WaitFor("STOPPING=1");
    }

    [Fact]
    public void At_an_lmq_listener_it_signs_its_login_and_answers_peers()
    {
        using var edge = new LmqBroker();
        using var broker = edge.Start();
        using var peer = TinyClient.Connect(broker.Port, "GID_AAA@@@desk", user: "AK",
            password: Signature.Login(LmqBroker.Secret, "GID_AAA"));
        Assert.Equal([(byte)1], peer.Subscribe("parent/attic/#", 1));
        using var rig = new AgentRig(broker.Port);
        File.WriteAllText(rig["secret"], LmqBroker.Secret + "\n");
        rig.Configure($""" "Sensors": [ {Supply} ] """,
            $$""", "Login": "signature", "User": "AK", "SecretFile": "{{rig["secret"]}}" """,
                "GID_AAA@@@attic").Start();
        Assert.Equal("GID_AAA@@@attic", Text(rig.Next(peer, Topic), "board"));
        peer.Publish("parent/p2p/GID_AAA@@@attic",
            """{ "id": "1", "action": "identify", "seconds": 1, "answerTo": "GID_AAA@@@desk" }"""u8.ToArray(),
                1, 9);
        Assert.Equal("done", Text(rig.Next(peer, "parent/p2p/GID_AAA@@@desk"), "result"));
        Assert.DoesNotContain(LmqBroker.Secret, rig.Log);
        Assert.Equal(0, rig.Terminate());
    }

    [Theory]
    [InlineData(64, "Unrecognized command or argument '--brocker'", "--brocker", "x:1")]
    [InlineData(78, "Broker:Address: '127.0.0.1' is not HOST:PORT", "--broker", "127.0.0.1")]
    [InlineData(78, "Board:IntervalSeconds: '86401' is not a whole number", "--interval-seconds", "86401")]
    [InlineData(78, "--config: there is no file", "--config", "/nowhere/agent.json")]
    [InlineData(78, "Sensors:0:Name: is missing", "--set", "Sensors:0:Kind=bme280")]
    [InlineData(78, "Broker:SecretFile: '/none' cannot be read", "--user", "u", "--password-file", "/none")]
    public void A_start_that_cannot_be_is_one_line_with_its_status(int status, string line,
        params string[] options)
    {
        var (code, error) =
            BrokerProcess.FailOf(Repository.PathOf("lightmq-deviceagent", "DeviceAgent"), options);
        Assert.Equal(status, code);
        Assert.StartsWith("lightmq-deviceagent: " + line, error);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void Options_of_the_command_line_suffice()
    {
        using var broker = BrokerProcess.Start(_data["a"]);
        using var listener = Listen(broker.Port);
        using var rig = new AgentRig(broker.Port);
        using var agent = System.Diagnostics.Process.Start(new ProcessStartInfo(
            Repository.PathOf("lightmq-deviceagent", "DeviceAgent"),
            ["--broker", $"127.0.0.1:{broker.Port}", "--interval-seconds", "1", "--client-id", "cli",
                "--topic", "board/cli"])
        {
            WorkingDirectory = rig["run"],
        })!;
        try
        {
            var reading = rig.Next(listener, "board/cli");
            Assert.Equal("cli", Text(reading, "unit"));
            Assert.True(reading.GetProperty("memoryTotalBytes").GetInt64() > 0);
        }
        finally
        {
            agent.Kill();
            agent.WaitForExit();
        }
    }

    private static TinyClient Listen(int port)
    {
        // A session that is kept: what comes while it is away waits.
        var listener = TinyClient.Connect(port, "listener", clean: false, keepAlive: 600);
        // Who waits for SUBACK would pass over what comes before it.
        if (!listener.SessionPresent) listener.Subscribe("#", 1);
        return listener;
    }

    private static void Send(TinyClient client, string command) =>
        client.Publish("parent/attic/command", Encoding.UTF8.GetBytes(command), 1, 7);

    private static (string Id, string Result) Answer(AgentRig rig, TinyClient listener)
    {
        var answer = rig.Next(listener, "parent/attic/result");
        return (Text(answer, "id"), Text(answer, "result"));
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private static long Number(JsonElement json, string name) => json.GetProperty(name).GetInt64();

    private static double Value(JsonElement json, string name) =>
        json.TryGetProperty("values", out var values) ? values.GetProperty(name).GetDouble() : double.NaN;
}
