using System.Collections;
using System.Net;
using LightMq.Broker.Settings;
using LightMq.Host.Passwords;
using Xunit;

namespace LightMq.Unit.EdgeBroker;

/// <summary>
/// Configuration: sources, ranges, combinations; each mistake is named with key, value and range.
/// </summary>
public sealed class SettingsTests
{
    [Fact]
    public void Defaults_are_the_engines_own()
    {
        var settings = Settings.Read();
        Assert.Equal(new BrokerOptions(), WithoutAccess(settings.Broker));
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 1883), settings.Listeners[0].EndPoint);
        Assert.True(settings.Listeners[0].Options.Anonymous);
    }

    [Theory]
    [InlineData("Store:AckHoldMilliseconds", "-1", "'-1' is not a whole number from 0 to 10000")]
    [InlineData("Store:AckHoldMilliseconds", "1.5", "'1.5' is not a whole number from 0 to 10000")]
    [InlineData("Limits:PacketBytesMax", "99999999999", "is not a whole number from 1024 to 16000000")]
    [InlineData("Queues:WhenDiskFull", "keep-latest-per-topic",
        "is not one of stop, drop-oldest, drop-newest")]
    [InlineData("Listeners:0:Dialect", "mqtt", "'mqtt' is not one of lmq, plain")]
    [InlineData("Listeners:0:Anonymous", "maybe", "'maybe' is not true or false")]
    [InlineData("Listeners:0:Address", "localhost:1883", "is not an address and a port")]
    [InlineData("Listeners:0:Address", "127.0.0.1", "is not an address and a port")]
    [InlineData("Listeners:0:Address", "::1", "is not an address and a port")]
    [InlineData("Listeners:0:Port", "1883", "Listeners:0:Port: no such key")]
    [InlineData("Colour", "blue", "Colour: no such key; here are: Admin, Bridges")]
    [InlineData("Limits", "many", "Limits: takes a section in braces { }, not a single value")]
    [InlineData("Listeners", "all", "Listeners: takes a list in brackets [ ], not a single value")]
    [InlineData("Log:Level:Deep", "x", "Log:Level: takes one value")]
    [InlineData("Clock:Trust", "mine", "'mine' is not one of kernel, always")]
    [InlineData("Clock:Zone", "UTC", "Clock:Zone: no such key")]
    [InlineData("Lmq:Groups:0", "GID-x", "Lmq:Groups:0: 'GID-x' is not GID_ and letters")]
    [InlineData("Lmq:Groups:0:Name", "GID-x", "Lmq:Groups:0:Name: 'GID-x' is not GID_ and letters")]
    [InlineData("Lmq:Topics:0:Name", "a/b", "Lmq:Topics:0:Name: 'a/b' is not one topic level")]
    [InlineData("Lmq:TokenSecondsMax", "0", "'0' is not a whole number from 1 to 3600")]
    [InlineData("Lmq:Tokens:RevocationUrl", "ftp://x/", "'ftp://x/' is not an http or https URL")]
    [InlineData("Lmq:Tokens:RevocationUrl", "http://x/", "Lmq:Tokens:KeyFiles: is missing")]
    [InlineData("Admin:SocketMode", "0777", "'0777' is not one of 0600, 0660")]
    [InlineData("Admin:Port", "65536", "'65536' is not a whole number from 0 to 65535")]
    [InlineData("Admin:Port", "8080", "Admin:BearerFile: is missing")]
    [InlineData("Admin:BearerFile", "x", "Admin:BearerFile: is for Admin:Port, which is off")]
    [InlineData("Lmq:Topics:0", "a/b", "Lmq:Topics:0: 'a/b' is not one topic level")]
    [InlineData("Offline:BatchMessages", "0", "'0' is not a whole number from 1 to 10000")]
    [InlineData("Offline:BatchMessages", "10001", "'10001' is not a whole number from 1 to 10000")]
    [InlineData("Offline:BatchMilliseconds", "9", "'9' is not a whole number from 10 to 3600000")]
    [InlineData("Offline:FirstMilliseconds", "-1", "'-1' is not a whole number from 0 to 3600000")]
    [InlineData("Offline:RetentionDays", "0", "'0' is not a whole number from 1 to 3650")]
    [InlineData("Offline:RetentionDays", "3651", "'3651' is not a whole number from 1 to 3650")]
    [InlineData("Offline:Groups:0:Group", "plant", "Offline:Groups:0:Group: 'plant' is not GID_ and letters")]
    [InlineData("Offline:Groups:0:BatchMessages", "3", "Offline:Groups:0:Group: is missing")]
    [InlineData("Offline:Pace", "3", "Offline:Pace: no such key")]
    [InlineData("Bridges:0:ClientId", "up", "Bridges:0:Filters")]
    [InlineData("Users:0:Name", "a b", "Users:0:Name: 'a b' is not a text")]
    public void A_wrong_value_is_named_with_its_key_and_range(string key, string value, string line)
    {
        var error = Settings.Error((key, value));
        Assert.Contains(line, error);
        Assert.Contains(key.Split(':')[0], error);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void A_group_takes_what_it_does_not_name_from_the_others()
    {
        var offline = Settings.Read(("Offline:BatchMessages", "5"), ("Offline:FirstMilliseconds", "0"),
            ("Offline:Groups:0:Group", "GID_plant"), ("Offline:Groups:0:BatchMilliseconds", "10"))
            .Broker.Offline;
        Assert.Equal(new OfflinePace(5, 1_000, 0), offline.Pace);
        Assert.Equal(new OfflinePace(5, 10, 0), offline.Groups["GID_plant"]);
        Assert.Contains("twice", Settings.Error(
            ("Offline:Groups:0:Group", "GID_plant"), ("Offline:Groups:1:Group", "GID_plant")));
    }

    [Fact]
    public void Values_that_contradict_each_other_are_refused()
    {
        Assert.Contains("TotalBytesMax 1048576", Settings.Error(("Queues:TotalBytesMax", "1048576")));
        Assert.Contains("half of LogBytes", Settings.Error(("Store:CheckpointBytes", "16777216")));
        Assert.Contains("Store:Directory", Settings.Error(("Store:Kind", "litedb")));
        Assert.Contains("nobody could log in", Settings.Error(("Listeners:0:Anonymous", "false")));
        Assert.Contains("sign their logins", Settings.Error(("Listeners:0:Dialect", "lmq")));
    }

    [Fact]
    public void Anonymous_on_the_network_needs_its_own_switch()
    {
        Assert.Contains("AllowAnonymousFromNetwork", Settings.Error(("Listeners:0:Address", "0.0.0.0:1883")));
        var allowed = Settings.Read(
            ("Listeners:0:Address", "[::]:1883"), ("Listeners:0:AllowAnonymousFromNetwork", "true"));
        Assert.Equal(IPAddress.IPv6Any, allowed.Listeners[0].EndPoint.Address);
    }

    [Fact]
    public void Lmq_listeners_need_keys_groups_and_topics()
    {
        var keys = new Dictionary<string, string?> { ["Store:Kind"] = "memory" };
        Assert.Contains("Lmq:AccessKeys", Settings.Error(keys));
        keys["Lmq:AccessKeys:0:Key"] = "key";
        keys["Lmq:AccessKeys:0:Secret"] = "secret";
        Assert.Contains("Lmq:Groups", Settings.Error(keys));
        keys["Lmq:Groups:0"] = "GID_one";
        Assert.Contains("Lmq:Topics", Settings.Error(keys));
        keys["Lmq:Topics:0"] = "plant";
        Assert.Equal(Dialect.Lmq, Assert.Single(Settings.Read(keys).Listeners).Options.Dialect);
    }

    [Fact]
    public void A_secret_is_never_shown()
    {
        var error = Settings.Error(("Users:0:Name", "u"), ("Users:0:PasswordHash", "hunter2"));
        Assert.Contains("Users:0:PasswordHash: (hidden)", error);
        Assert.DoesNotContain("hunter2", error);
    }

    [Fact]
    public void Quotas_are_read_and_a_webhook_that_may_hold_a_secret_is_never_shown()
    {
        var settings = Settings.Read(("Quotas:Kind", "postpaid"), ("Quotas:Connections", "7"),
            ("Quotas:ConnectionsAlarmPercent", "0"),
            ("Quotas:Webhook", "https://hook.example/x?key=topsecret"));
        Assert.Equal(QuotaKind.Postpaid, settings.Broker.Quotas.Kind);
        Assert.Equal(new Quota(7, 0), settings.Broker.Quotas.Connections);
        Assert.Equal(new Quota(0, 70), settings.Broker.Quotas.Subscriptions);
        Assert.DoesNotContain("topsecret", settings.Alarms.ToString());
        var error = Settings.Error(("Quotas:Webhook", "ftp://topsecret"));
        Assert.Equal("Quotas:Webhook: (hidden) is not an http or https URL", error);
        Assert.Contains("0 to 100", Settings.Error(("Quotas:SubscriptionsAlarmPercent", "101")));
    }

    [Theory]
    [InlineData("Lmq:AccessKeys:0", "Lmq:AccessKeys:0: takes a section in braces")]
    [InlineData("Lmq:AccessKeys", "Lmq:AccessKeys: takes a list in brackets")]
    [InlineData("Lmq", "Lmq: takes a section in braces")]
    [InlineData("Users:0", "Users:0: takes a section in braces")]
    public void A_secret_in_the_wrong_place_is_not_shown(string key, string line)
    {
        var error = Settings.Error((key, "k:topsecret"));
        Assert.StartsWith(line, error);
        Assert.DoesNotContain("topsecret", error);
    }

    [Fact]
    public void An_empty_list_of_listeners_is_refused()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, """{ "Listeners": [], "Store": { "Kind": "memory" } }""");
            Assert.StartsWith(
                "Listeners: is empty", Settings.Error(new Dictionary<string, string?>(), file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("Store:Kind", "litedb", "Store:Directory: is missing; it takes a directory: name")]
    [InlineData("--listen:0:Address", "nowhere", "--listen: 'nowhere' is not an address and a port")]
    [InlineData("--listen:0:Dialect", "loud", "--listen: is missing; it takes an address")]
    [InlineData("Listeners:0:Anonymous", "false", "Listeners:0:Anonymous: false without Users: nobody could")]
    [InlineData("Listeners:0:Address", "0.0.0.0:1883", "Listeners:0:Address: with '0.0.0.0:1883' everybody")]
    public void A_line_reads_as_a_sentence(string key, string value, string line) =>
        Assert.StartsWith(line, Settings.Error((key, value)));

    [Fact]
    public void Users_with_rules_are_read()
    {
        var user = Assert.Single(Settings.Read(("Users:0:Name", "boiler"),
            ("Users:0:PasswordHash", PasswordText.Make("pw", new byte[16])),
            ("Users:0:Rules:0:Filter", "a/#"), ("Users:0:Rules:0:Access", "write")).Broker.Users);
        Assert.Equal(new TopicRule("a/#", Read: false, Write: true), Assert.Single(user.Rules));
        Assert.Contains("twice", Settings.Error(("Users:0:Name", "a"), ("Users:1:Name", "a"),
            ("Users:0:PasswordHash", PasswordText.Make("pw", new byte[16])),
            ("Users:1:PasswordHash", PasswordText.Make("pw", new byte[16]))));
    }

    [Fact]
    public void The_command_line_wins_over_the_environment_and_that_over_the_file()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file,
                """{ "Store": { "AckHoldMilliseconds": 1, "GroupMilliseconds": 1 } /* c */ }""");
            var environment = new Hashtable
            {
                ["LIGHTMQ_Store__AckHoldMilliseconds"] = "2",
                ["LIGHTMQ_Store__GroupMilliseconds"] = "2",
                ["LIGHTMQ_Limits__ConnectionsMax"] = "2",
                ["LIGHTMQ_BIN"] = "belongs to a script",
            };
            var broker =
                Settings.Read(Settings.Plain(("Store:AckHoldMilliseconds", "3")), file, environment).Broker;
            Assert.Equal((3, 2, 2),
                (broker.AckHoldMilliseconds, broker.GroupMilliseconds, broker.ConnectionsMax));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Listen_replaces_the_configured_listeners()
    {
        var settings = Settings.Read(
            ("--listen:0:Address", "127.0.0.1:0"), ("--listen:0:Dialect", "plain"),
            ("--listen:1:Address", "[::1]:9"),
            ("--listen:1:Dialect", "plain"));
        Assert.Equal([0, 9], settings.Listeners.Select(static listener => listener.EndPoint.Port));
        Assert.All(settings.Listeners, static listener => Assert.True(listener.Options.Anonymous));
    }

    [Fact]
    public void Registry_entries_are_names_or_sections()
    {
        var registry = Settings.Read(("Lmq:AccessKeys:0:Key", "k"), ("Lmq:AccessKeys:0:Secret", "s"),
            ("Lmq:AccessKeys:0:Groups:0", "GID_one"), ("Lmq:Groups:0", "GID_all"),
            ("Lmq:Groups:1:Name", "GID_one"), ("Lmq:Groups:1:Grants:0:Topic", "a"),
            ("Lmq:Groups:1:Grants:0:Access", "read"), ("Lmq:Topics:0", "a"), ("Lmq:Topics:1:Name", "b"),
            ("Lmq:Topics:1:Type", "globally-ordered"), ("Lmq:Topics:2:Name", "c"),
            ("Lmq:Topics:2:Spread", "true"))
            .Broker.Lmq;
        Assert.Equal(["GID_one"], registry.AccessKeys[0].Groups!);
        Assert.Null(registry.Groups[0].Grants);
        Assert.Equal([new TopicGrant("a", Read: true, Write: false)], registry.Groups[1].Grants!);
        Assert.Equal([new("a"), new("b", TopicType.GloballyOrdered), new("c", Spread: true)],
            registry.ParentTopics);
        Assert.Contains("access", Settings.Error(("Lmq:Groups:0:Name", "GID_one"),
            ("Lmq:Groups:0:Grants:0:Topic", "a"), ("Lmq:Groups:0:Grants:0:Access", "all"))
            .ToLowerInvariant());
        Assert.Contains("unique", Settings.Error(("Lmq:Topics:0", "a"), ("Lmq:Topics:1", "a")));
    }

    internal static BrokerOptions WithoutAccess(BrokerOptions options)
    {
        var none = new BrokerOptions();
        return options with
        {
            Users = none.Users,
            Lmq = none.Lmq,
            Bridges = none.Bridges,
            Tokens = false,
            Offline = options.Offline with { Groups = none.Offline.Groups },
        };
    }
}
