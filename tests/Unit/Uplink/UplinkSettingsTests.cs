using LightMq.Service.Configuration;
using LightMq.Uplink.Settings;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace LightMq.Unit.Uplink;

/// <summary>The documented sample is valid, names every key and tells the true defaults; wrong values are
/// named.
/// </summary>
public sealed class UplinkSettingsTests
{
    private static readonly string File = Path.Combine(AppContext.BaseDirectory, "uplink.sample.json");

    private static readonly (string, string?)[] Least =
    [
        ("ClientId", "GID_plant@@@uplink"), ("Central:Addresses:0", "tls://central.example:8883"),
        ("Central:Login", "none"), ("State:Directory", "state"),
    ];

    [Fact]
    public void The_sample_is_valid_but_for_its_secret_files_and_tells_the_defaults()
    {
        using var secret = new TemporaryFile("secret");
        var sample = Read(File, ("Local:SecretFile", secret.Path), ("Token:SecretFile", secret.Path));
        var least = Read(null, Least);
        Assert.Equal(least.Carriage.Options, sample.Carriage.Options);
        Assert.Equal(least.Log, sample.Log);
        Assert.Equal(least.State with { Directory = sample.State.Directory }, sample.State);
        Assert.Equal(least.Central with { Login = sample.Central.Login, Filters = sample.Central.Filters },
            sample.Central);
        Assert.Equal(least.Local with { Login = sample.Local.Login }, sample.Local);
        Assert.False(least.IsClockTrusted);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Local")]
    [InlineData("Central")]
    [InlineData("Token")]
    [InlineData("Window")]
    [InlineData("Topics")]
    [InlineData("Topics:Up:0")]
    [InlineData("State")]
    [InlineData("Clock")]
    [InlineData("Log")]
    public void No_key_is_missing_in_the_sample(string section)
    {
        using var secret = new TemporaryFile("secret");
        var path = section.Length == 0 ? "Wrong" : $"{section}:Wrong";
        var error = Error(File,
            ("Local:SecretFile", secret.Path), ("Token:SecretFile", secret.Path), (path, "x"));
        Assert.StartsWith($"{path}: no such key; here are: ", error);
        var known = error[(error.IndexOf("are: ", StringComparison.Ordinal) + 5)..].Split(", ");
        using var sample = System.IO.File.OpenRead(File);
        IConfiguration root = new ConfigurationBuilder().AddJsonStream(sample).Build();
        var present = (section.Length == 0 ? root : root.GetSection(section)).GetChildren()
            .Select(static child => child.Key).Order(StringComparer.Ordinal);
        Assert.Equal(known, present);
    }

    [Theory]
    [InlineData("ClientId", "", "ClientId: is missing")]
    [InlineData("Central:Addresses:0", "nowhere:0", "Central:Addresses:0: 'nowhere:0' is not HOST")]
    [InlineData("Central:Protocol", "4", "Central:Protocol: '4' is not one of 5.0, 3.1.1")]
    [InlineData("Central:Login", "password", "Central:Login: this login takes User and SecretFile")]
    [InlineData("Central:CA", "missing.pem", "Central:CA: there is no file")]
    [InlineData("Central:Filters:0", "a/#/b", "Central:Filters:0: 'a/#/b' is not a topic filter")]
    [InlineData("Token:Source", "file", "Token: belongs to the login token")]
    [InlineData("Window:MessagesMax", "0", "Window:MessagesMax: '0' is not a whole number from 1 to 60000")]
    [InlineData("Topics:Up:0:From", "a/", "Topics:Up:0:From: 'a/' is not whole levels")]
    [InlineData("State:Directory", "", "State:Directory: is missing")]
    public void A_wrong_value_is_named(string key, string value, string complaint) =>
        Assert.StartsWith(complaint, Error(null, [.. Least, (key, value)]));

    [Fact]
    public void Maps_that_would_bring_messages_back_are_refused() =>
        Assert.StartsWith("Topics:Down: 'site1' to '' would bring back", Error(null,
            [.. Least, ("Topics:Up:0:To", "site1"), ("Topics:Down:0:From", "site1")]));

    [Fact]
    public void No_secret_is_shown()
    {
        using var secret = new TemporaryFile("very secret");
        var settings = Read(null, [.. Least, ("Central:Login", "password"), ("Central:User", "u"),
            ("Central:SecretFile", secret.Path)]);
        Assert.Equal("very secret", settings.Central.Login.Secret);
        Assert.DoesNotContain("secret", settings.Central.ToString());
        Assert.DoesNotContain("secret", settings.ToString());
    }

    private static UplinkSettings Read(string? file, params (string Key, string? Value)[] keys)
    {
        var options = new Dictionary<string, string?>();
        foreach (var (key, value) in keys) options[key] = value;
        return SettingsReader.Read(Sources.Read(file, new Dictionary<string, string>(), options));
    }

    private static string Error(string? file, params (string Key, string? Value)[] keys) =>
        Assert.Throws<ConfigurationError>(() => Read(file, keys)).Message;
}
