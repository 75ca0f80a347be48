using LightMq.Broker.Settings;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace LightMq.Unit.EdgeBroker;

/// <summary>The documented sample is valid, names every key there is, and tells the true defaults.</summary>
public sealed class SampleFileTests
{
    private static readonly string File = Path.Combine(AppContext.BaseDirectory, "lightmq.sample.json");

    [Fact]
    public void It_is_valid_and_its_values_are_the_defaults()
    {
        var settings = Settings.Read(new Dictionary<string, string?>(), File);
        Assert.Equal(new BrokerOptions(), SettingsTests.WithoutAccess(settings.Broker));
        var plain = Settings.Read(("Store:Kind", "litedb"), ("Store:Directory", "/var/lib/lightmq"));
        Assert.Equal(plain.Store, settings.Store);
        Assert.Equal(plain.Log, settings.Log);
        Assert.Equal(plain.Door, settings.Door);
        Assert.Equal(plain.Admin, settings.Admin);
        Assert.Equal(plain.Tokens with { KeyFiles = settings.Tokens.KeyFiles }, settings.Tokens);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Listeners:0")]
    [InlineData("WebSocket")]
    [InlineData("Store")]
    [InlineData("Limits")]
    [InlineData("Queues")]
    [InlineData("Quotas")]
    [InlineData("Offline")]
    [InlineData("Offline:Groups:0")]
    [InlineData("Users:0")]
    [InlineData("Users:0:Rules:0")]
    [InlineData("Lmq")]
    [InlineData("Lmq:AccessKeys:0")]
    [InlineData("Lmq:Groups:1")]
    [InlineData("Lmq:Groups:1:Grants:0")]
    [InlineData("Lmq:Topics:1")]
    [InlineData("Lmq:Tokens")]
    [InlineData("Admin")]
    [InlineData("Bridges:0")]
    [InlineData("Bridges:0:Sensors")]
    [InlineData("Bridges:0:Sensors:Topics:0")]
    [InlineData("Log")]
    public void No_key_is_missing(string section)
    {
        // A wrong key is answered with the list of right ones.
        var path = section.Length == 0 ? "Wrong" : $"{section}:Wrong";
        var error = Settings.Error(new Dictionary<string, string?> { [path] = "x" }, File);
        Assert.StartsWith($"{path}: no such key; here are: ", error);
        var known = error[(error.IndexOf("are: ", StringComparison.Ordinal) + 5)..].Split(", ");
        using var sample = System.IO.File.OpenRead(File);
        IConfiguration root = new ConfigurationBuilder().AddJsonStream(sample).Build();
        // Each listener shows other keys.
        IEnumerable<IConfiguration> sections = section == "Listeners:0"
            ? root.GetSection("Listeners").GetChildren()
            : [section.Length == 0 ? root : root.GetSection(section)];
        var present = sections.SelectMany(static one => one.GetChildren()).Select(static child => child.Key)
            .Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(known, present);
    }
}
