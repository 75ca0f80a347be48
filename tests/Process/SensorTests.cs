using System.Text;
using LightMq.Mqtt;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using Xunit;

namespace LightMq.Process;

/// <summary>
/// Stock sensors on a plain listener with local users (LMQ-AUTH-5), with the client ids, topics, wills and
/// logins that their firmware uses.
/// </summary>
public sealed class SensorTests
{
    // All are "geheim".
    private const string Hash =
        "pbkdf2-sha256$1000$c2FsdHNhbHRzYWx0c2FsdA==$";

    [Fact]
    public void Tasmota_tells_that_it_is_there_takes_commands_and_is_missed()
    {
        using var site = new Site();
        const string Topic = "tasmota_1A2B3C";
        using var hub = site.LogIn("hub", "hub");
        hub.Subscribe("tele/#", 1);
        hub.Subscribe("stat/#", 0);
        var device = site.LogIn(
            "DVES_1A2B3C", "DVES_USER", will: $"tele/{Topic}/LWT", lastWords: "Offline", keepAlive: 30);
        device.Publish($"tele/{Topic}/LWT", "Online"u8.ToArray(), retain: true);
        device.Publish($"cmnd/{Topic}/POWER", []);
        Assert.Equal([(byte)0], device.Subscribe($"cmnd/{Topic}/#", 0));
        Assert.Equal([(byte)0], device.Subscribe("cmnd/tasmotas/#", 0));
        Assert.Equal([(byte)0], device.Subscribe("cmnd/DVES_1A2B3C_fb/#", 0));
        device.Publish("tasmota/discovery/483FDA1A2B3C/config",
            """{"ip":"192.168.1.9","dn":"Tasmota","t":"tasmota_1A2B3C"}"""u8.ToArray(), retain: true);
        device.Publish($"tele/{Topic}/STATE", """{"Time":"2026-01-01T00:00:00","POWER":"OFF"}"""u8.ToArray());
        Expect(hub, $"tele/{Topic}/LWT", "Online");
        Expect(hub, $"tele/{Topic}/STATE", "\"POWER\":\"OFF\"");

        hub.Publish($"cmnd/{Topic}/POWER", "ON"u8.ToArray());
        Expect(device, $"cmnd/{Topic}/POWER", "ON");
        device.Publish($"stat/{Topic}/RESULT", """{"POWER":"ON"}"""u8.ToArray());
        device.Publish($"stat/{Topic}/POWER", "ON"u8.ToArray());
        Expect(hub, $"stat/{Topic}/RESULT", "ON");
        Expect(hub, $"stat/{Topic}/POWER", "ON");

        device.Dispose();
        Expect(hub, $"tele/{Topic}/LWT", "Offline");
        using var late = site.LogIn("late", "hub");
        late.Subscribe($"tele/{Topic}/LWT", 0);
        Assert.True(Expect(late, $"tele/{Topic}/LWT", "Offline").Retain);
    }

    [Fact]
    public void Shelly_of_the_first_generation_announces_itself_and_switches()
    {
        using var site = new Site();
        const string Id = "shellyplug-s-1A2B3C";
        using var hub = site.LogIn("hub", "hub");
        hub.Subscribe("shellies/#", 1);
        var device = site.LogIn(
            Id, "shelly", will: $"shellies/{Id}/online", lastWords: "false", clean: false);
        Assert.Equal([(byte)1], device.Subscribe("shellies/command", 1));
        Assert.Equal([(byte)1], device.Subscribe($"shellies/{Id}/command", 1));
        Assert.Equal([(byte)1], device.Subscribe($"shellies/{Id}/relay/0/command", 1));
        device.Publish($"shellies/{Id}/online", "true"u8.ToArray(), 1, 1, retain: true);
        Assert.Equal(1, device.Expect(PacketType.PubAck).Id);
        device.Publish("shellies/announce",
            """{"id":"shellyplug-s-1A2B3C","model":"SHPLG-S","mac":"AABBCC1A2B3C"}"""u8.ToArray());
        device.Publish($"shellies/{Id}/relay/0", "off"u8.ToArray(), 1, 2, retain: true);
        device.Publish($"shellies/{Id}/relay/0/power", "0.00"u8.ToArray());
        Expect(hub, $"shellies/{Id}/online", "true");
        Expect(hub, "shellies/announce", "SHPLG-S");
        Expect(hub, $"shellies/{Id}/relay/0", "off");
        hub.Publish($"shellies/{Id}/relay/0/command", "on"u8.ToArray(), 1, 9);
        Assert.Equal(1, Expect(device, $"shellies/{Id}/relay/0/command", "on").Qos);
        device.Dispose();
        Expect(hub, $"shellies/{Id}/online", "false");
        // What came while it was away waits for it: its session is kept.
        hub.Publish($"shellies/{Id}/relay/0/command", "off"u8.ToArray(), 1, 10);
        using var back = site.LogIn(Id, "shelly", clean: false);
        Assert.True(back.SessionPresent);
        Expect(back, $"shellies/{Id}/relay/0/command", "off");
    }

    [Fact]
    public void Shelly_of_the_second_generation_answers_calls()
    {
        using var site = new Site();
        const string Id = "shellyplus1-a8032abe54dc";
        using var hub = site.LogIn("hub", "hub");
        hub.Subscribe("hub/rpc", 1);
        hub.Subscribe($"{Id}/#", 1);
        using var device = site.LogIn(Id, "shelly", will: $"{Id}/online", lastWords: "false");
        Assert.Equal([(byte)1], device.Subscribe($"{Id}/rpc", 1));
        Assert.Equal([(byte)1], device.Subscribe($"{Id}/command", 1));
        device.Publish($"{Id}/online", "true"u8.ToArray(), 1, 1, retain: true);
        device.Publish($"{Id}/status/switch:0", """{"id":0,"output":false}"""u8.ToArray(), retain: true);
        Expect(hub, $"{Id}/online", "true");
        Expect(hub, $"{Id}/status/switch:0", "false");
        hub.Publish($"{Id}/rpc",
            """{"id":1,"src":"hub","method":"Switch.Set","params":{"id":0,"on":true}}"""u8.ToArray(), 1, 5);
        Expect(device, $"{Id}/rpc", "Switch.Set");
        device.Publish("hub/rpc",
            """{"id":1,"src":"shellyplus1-a8032abe54dc","dst":"hub","result":{"was_on":false}}"""u8.ToArray(),
            1, 2);
        device.Publish($"{Id}/events/rpc", """{"method":"NotifyStatus"}"""u8.ToArray());
        Expect(hub, "hub/rpc", "was_on");
        Expect(hub, $"{Id}/events/rpc", "NotifyStatus");
    }

    [Fact]
    public void A_sensor_with_a_wrong_password_or_another_ones_topics_is_turned_away()
    {
        using var site = new Site();
        Assert.Equal("CONNACK BadUserNameOrPassword", Assert.Throws<InvalidOperationException>(
            () => site.LogIn("DVES_1A2B3C", "DVES_USER", password: "DVES_PASS")).Message);
        using var device = site.LogIn("DVES_1A2B3C", "DVES_USER");
        device.Publish("shellies/command", "announce"u8.ToArray());
        Assert.Throws<System.Net.Sockets.SocketException>(() => device.Next(5_000));
        using var again = site.LogIn("DVES_1A2B3C", "DVES_USER");
        Assert.Equal([(byte)0x80], again.Subscribe("shellies/#", 0));
        Assert.DoesNotContain("geheim", site.Broker.Log);
    }

    private static Packet Expect(TinyClient client, string topic, string words)
    {
        while (true)
        {
            var message = client.Expect(PacketType.Publish);
            if (message.Qos == 1) client.Ack(PacketType.PubAck, message.Id);
            if (message.Topic != topic) continue;
            Assert.Contains(words, Encoding.UTF8.GetString(message.Payload));
            return message;
        }
    }

    /// <summary>A broker with a user for each make, and one for the house.</summary>
    private sealed class Site : IDisposable
    {
        private readonly Scratch _scratch = new();

        public Site()
        {
            var hash = Hash + Convert.ToBase64String(System.Security.Cryptography.Rfc2898DeriveBytes.Pbkdf2(
                "geheim", Convert.FromBase64String("c2FsdHNhbHRzYWx0c2FsdA=="), 1_000,
                System.Security.Cryptography.HashAlgorithmName.SHA256, 32));
            File.WriteAllText(_scratch["lightmq.json"], $$"""
                {
                  "Users": [
                    { "Name": "DVES_USER", "PasswordHash": "{{hash}}", "Rules": [
                      { "Filter": "tele/#", "Access": "write" }, { "Filter": "stat/#", "Access": "write" },
                      { "Filter": "cmnd/#", "Access": "readwrite" },
                      { "Filter": "tasmota/discovery/#", "Access": "write" } ] },
                    { "Name": "shelly", "PasswordHash": "{{hash}}", "Rules": [
                      { "Filter": "shellies/#", "Access": "readwrite" },
                      { "Filter": "+/rpc", "Access": "readwrite" },
                      { "Filter": "+/command", "Access": "read" },
                      { "Filter": "+/online", "Access": "write" },
                      { "Filter": "+/status/#", "Access": "write" },
                      { "Filter": "+/events/rpc", "Access": "write" } ] },
                    { "Name": "hub", "PasswordHash": "{{hash}}", "Rules": [
                      { "Filter": "#", "Access": "readwrite" } ] }
                  ]
                }
                """);
            Broker = BrokerProcess.Start(_scratch["data"], "--config", _scratch["lightmq.json"]);
        }

        public BrokerProcess Broker { get; }

        public TinyClient LogIn(string clientId, string user, string password = "geheim", string? will = null,
            string lastWords = "", bool clean = true, ushort keepAlive = 60)
        {
            var fields = new ConnectFields
            {
                ClientId = Encoding.UTF8.GetBytes(clientId), CleanSession = clean,
                KeepAliveSeconds = keepAlive,
                UserName = Encoding.UTF8.GetBytes(user), Password = Encoding.UTF8.GetBytes(password),
            };
            if (will is not null)
                fields = fields with
                {
                    WillTopic = Encoding.UTF8.GetBytes(will),
                    WillPayload = Encoding.UTF8.GetBytes(lastWords),
                    WillQos = 1,
                    WillRetain = true,
                };
            return TinyClient.Connect(Broker.Port, fields);
        }

        public void Dispose()
        {
            Broker.Dispose();
            _scratch.Dispose();
        }
    }
}
