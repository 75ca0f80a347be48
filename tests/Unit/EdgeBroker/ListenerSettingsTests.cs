using LightMq.Net;
using Xunit;

namespace LightMq.Unit.EdgeBroker;

/// <summary>Addresses with what is spoken there, and what a WebSocket's request is asked.</summary>
public sealed class ListenerSettingsTests
{
    [Theory]
    [InlineData("127.0.0.1:5", ListenerTransport.Tcp, "127.0.0.1:5", 0)]
    [InlineData("tcp://127.0.0.1:5", ListenerTransport.Tcp, "127.0.0.1:5", 0)]
    [InlineData("mqtt://127.0.0.1", ListenerTransport.Tcp, "127.0.0.1:1883", 0)]
    [InlineData("tls://127.0.0.1", ListenerTransport.Tls, "127.0.0.1:8883", 0)]
    [InlineData("ws://127.0.0.1", ListenerTransport.WebSocket, "127.0.0.1:80", 8080)]
    [InlineData("WS://[::1]", ListenerTransport.WebSocket, "[::1]:80", 8080)]
    [InlineData("ws://[::1]:9", ListenerTransport.WebSocket, "[::1]:9", 0)]
    [InlineData("ws://127.0.0.1:0", ListenerTransport.WebSocket, "127.0.0.1:0", 0)]
    [InlineData("ws://127.0.0.1:443", ListenerTransport.WebSocket, "127.0.0.1:443", 0)]
    [InlineData("wss://127.0.0.1", ListenerTransport.SecureWebSocket, "127.0.0.1:443", 8443)]
    [InlineData("flash-policy://127.0.0.1", ListenerTransport.FlashPolicy, "127.0.0.1:843", 0)]
    public void An_address_says_what_is_spoken(
        string address, ListenerTransport transport, string endPoint, int fallBack)
    {
        var listener = Assert.Single(Settings.Read(("Listeners:0:Address", address)).Listeners);
        Assert.Equal((transport, endPoint, fallBack),
            (listener.Transport, listener.EndPoint.ToString(), listener.FallBackPort));
    }

    [Theory]
    [InlineData("http://127.0.0.1:80")]
    [InlineData("ws://")]
    [InlineData("ws://localhost:80")]
    [InlineData("ws://::1")]
    [InlineData("ws://127.0.0.1:80/mqtt")]
    [InlineData("ws:127.0.0.1:80")]
    public void What_is_no_address_is_refused(string address) => Assert.Contains(
        $"'{address}' is not an address and a port", Settings.Error(("Listeners:0:Address", address)));

    [Fact]
    public void A_name_is_that_of_the_transport_where_none_is_given()
    {
        var listeners = Settings.Read(
            ("--listen:0:Address", "ws://127.0.0.1:0"), ("--listen:0:Dialect", "plain")).Listeners;
        Assert.Equal("ws", Assert.Single(listeners).Options.Name);
    }

    [Fact]
    public void Paths_and_origins_replace_the_defaults()
    {
        var otherwise = Settings.Read().Listeners[0].Upgrade;
        Assert.Equal(["/mqtt", "/"], otherwise.Paths);
        Assert.Empty(otherwise.AllowedOrigins);
        var upgrade = Settings.Read(("WebSocket:Paths:0", "/x"),
            ("WebSocket:AllowedOrigins:0", "https://console.example")).Listeners[0].Upgrade;
        Assert.Equal(["/x"], upgrade.Paths);
        Assert.Equal(["https://console.example"], upgrade.AllowedOrigins);
    }

    [Theory]
    [InlineData("WebSocket:Paths:0", "mqtt", "'mqtt' is not a path, as /mqtt")]
    [InlineData("WebSocket:Paths:0", "/a?b", "is not a path")]
    [InlineData("WebSocket:AllowedOrigins:0", "console", "is not an origin")]
    [InlineData("WebSocket:AllowedOrigins:0", "https://console/", "is not an origin")]
    [InlineData("WebSocket:Path", "/mqtt", "no such key; here are: AllowedOrigins, Paths")]
    public void A_wrong_rule_is_named(string key, string value, string complaint) =>
        Assert.Contains(complaint, Settings.Error((key, value)));

    [Fact]
    public void A_flash_policy_needs_no_logins() => Assert.Equal(ListenerTransport.FlashPolicy,
        Settings.Read(("Listeners:0:Address", "flash-policy://0.0.0.0"), ("Listeners:0:Anonymous", "false"))
            .Listeners[0].Transport);
}
