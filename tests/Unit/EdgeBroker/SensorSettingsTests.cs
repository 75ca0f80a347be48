using LightMq.Broker.Settings;
using Xunit;

namespace LightMq.Unit.EdgeBroker;

/// <summary>Names of stock sensors are read whole, and refused by key and value (LMQ-AUTH-5).</summary>
public sealed class SensorSettingsTests
{
    private const string Sensors = "Bridges:0:Sensors", First = $"{Sensors}:Topics:0";

    [Fact]
    public void Group_and_rules_are_read()
    {
        var settings = Settings.Read(With(
            ($"{First}:Filter", "tele/+/SENSOR"), ($"{First}:Topic", "plant/tele/+"),
            ($"{Sensors}:Topics:1:Filter", "shellies/#"), ($"{Sensors}:Topics:1:Topic", "plant/#")));
        var sensors = Assert.Single(settings.Broker.Bridges).Sensors!;
        Assert.Equal("GID_sensors", sensors.Group);
        Assert.Equal(
            [new SensorTopic("tele/+/SENSOR", "plant/tele/+"), new SensorTopic("shellies/#", "plant/#")],
            sensors.Topics);
    }

    [Fact]
    public void Without_it_nothing_is_mapped() =>
        Assert.Null(Settings.Read(("Bridges:0:ClientId", "up"), ("Bridges:0:Filters:0", "#"))
            .Broker.Bridges[0].Sensors);

    [Theory]
    [InlineData($"{Sensors}:Group", "sensors", $"{Sensors}:Group: 'sensors' is not GID_ and letters")]
    [InlineData($"{Sensors}:Group", "", $"{Sensors}:Group: is missing; it takes GID_")]
    [InlineData("Lmq:Groups:0", "GID_sensors",
        $"{Sensors}:Group: 'GID_sensors' is not a group of its own: it is one of Lmq:Groups")]
    [InlineData($"{First}:Filter", "", $"{First}:Filter: is missing; it takes an MQTT topic filter")]
    [InlineData($"{First}:Filter", "a/#/b", $"{First}:Filter: 'a/#/b' is not an MQTT topic filter")]
    [InlineData($"{First}:Filter", "$SYS/#",
        "'$SYS/#' is not an MQTT topic filter that does not begin with $")]
    [InlineData($"{First}:Topic", "",
        $"{First}:Topic: is missing; it takes a topic of at most 64 characters")]
    [InlineData($"{First}:Topic", "+/a",
        "'+/a' is not a topic of at most 64 characters with a name as its first")]
    [InlineData($"{First}:Topic", "#", "'#' is not a topic")]
    [InlineData($"{First}:Topic", "/a", "'/a' is not a topic")]
    [InlineData($"{First}:Topic", "$SYS/a", "'$SYS/a' is not a topic")]
    [InlineData($"{First}:Topic", "a/+/+", "'a/+/+' is not a topic")]
    [InlineData($"{First}:Topic", "a/#", "and no wildcard that its filter lacks")]
    [InlineData($"{First}:Colour", "x", $"{First}:Colour: no such key; here are: Filter, Topic")]
    [InlineData($"{Sensors}:Colour", "x", $"{Sensors}:Colour: no such key; here are: Group, Topics")]
    public void What_is_wrong_is_named_with_key_value_and_range(string key, string value, string line) =>
        Assert.Contains(line, Settings.Error(With(
            ($"{First}:Filter", "tele/+/SENSOR"), ($"{First}:Topic", "plant/tele/+"), (key, value))));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_topic_of_65_characters_is_refused_whatever_its_wildcards_match(
        int characters, bool isAllowed)
    {
        var topic = $"{new string('x', characters - 1)}/+";
        (string, string)[] written = With(($"{First}:Filter", "tele/+/SENSOR"), ($"{First}:Topic", topic));
        if (isAllowed) Assert.Equal(topic, Settings.Read(written).Broker.Bridges[0].Sensors!.Topics[0].Topic);
        else Assert.Contains($"'{topic}' is not a topic of at most 64 characters", Settings.Error(written));
    }

    [Theory]
    [InlineData("a/b", "a/b", true)]
    [InlineData("a/b", "a/c", false)]
    [InlineData("a/+", "+/b", true)]
    [InlineData("a/+", "a/+/c", false)]
    [InlineData("a/#", "a", true)]
    [InlineData("a", "a/#", true)]
    [InlineData("a/b/#", "a", false)]
    [InlineData("a/#", "b/#", false)]
    [InlineData("+/status/+", "shellies/#", true)]
    [InlineData("#", "x", true)]
    public void Filters_that_one_topic_matches_both_of_are_refused(string one, string other, bool overlap)
    {
        (string, string)[] written = With(
            ($"{First}:Filter", one), ($"{First}:Topic", "plant"),
            ($"{Sensors}:Topics:1:Filter", other), ($"{Sensors}:Topics:1:Topic", "plant"));
        if (!overlap) Assert.Equal(2, Settings.Read(written).Broker.Bridges[0].Sensors!.Topics.Count);
        else
            Assert.Contains($"{Sensors}:Topics:1:Filter: '{other}' is not apart from '{one}' of Topics:0",
                Settings.Error(written));
    }

    private static (string, string)[] With(params (string, string)[] more)
    {
        var all = new Dictionary<string, string>
        {
            ["Bridges:0:ClientId"] = "up", ["Bridges:0:Filters:0"] = "#",
            [$"{Sensors}:Group"] = "GID_sensors",
        };
        foreach (var (key, value) in more) all[key] = value;
        return [.. all.Select(static pair => (pair.Key, pair.Value))];
    }
}
