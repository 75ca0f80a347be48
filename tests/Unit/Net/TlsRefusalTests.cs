using System.Net;
using LightMq.Broker.Settings;
using LightMq.Net;
using LightMq.Net.Tls;
using Xunit;

namespace LightMq.Unit.Net;

/// <summary>Peers that a TLS listener, or a plain one beside it, does not let in.</summary>
public sealed class TlsRefusalTests
{
    [Theory]
    [InlineData("\u0010\u000c\u0000\u0004MQTT", Refusal.PlainBytes)]
    [InlineData("GET / HTTP/1.1\r\n\r\n", Refusal.HttpBytes)]
    [InlineData("\u0080\u002e\u0001\u0000\u0002", Refusal.Garbage)]
    [InlineData("\u0016\u0005\u0001\u0000\u0002", Refusal.Garbage)]
    [InlineData("\u0016\u0003\u0001\u0000\u0004\u00ff\u0000\u0000\u0000", Refusal.Handshake)]
    public void Other_bytes_at_a_TLS_listener_are_turned_away(string bytes, Refusal refusal)
    {
        using var broker = new RunningTls(TlsPairs.Make("localhost"));
        using var client = broker.Loop.Open();
        client.Send(Latin1(bytes));
        broker.Loop.AwaitTurnedAway(refusal);
        client.AwaitEnd();
        Assert.Equal(1, broker.Loop.Loop.Door.Of(refusal));
    }

    [Theory]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003", Refusal.TlsBytes)]
    [InlineData("GET / HTTP/1.1\r\n\r\n", Refusal.HttpBytes)]
    public void TLS_and_HTTP_at_a_plain_listener_are_told_apart(string bytes, Refusal refusal)
    {
        using var broker = new RunningLoop(IPAddress.Loopback);
        using var client = broker.Open();
        client.Send(Latin1(bytes));
        broker.AwaitTurnedAway(refusal);
    }

    [Fact]
    public void A_hello_that_is_never_finished_is_ended_with_the_time_to_connect()
    {
        using var broker = new RunningTls(
            new TlsMaterial([TlsPairs.Pair(TlsPairs.Make("localhost"))]),
            new BrokerOptions { ConnectSecondsMax = 4 });
        using var silent = broker.Loop.Open();
        using var half = broker.Loop.Open();
        half.Send([0x16, 3, 1, 2, 0, 1]);
        silent.AwaitEnd();
        half.AwaitEnd();
        // And it shakes hands with others meanwhile and after.
        using var client = broker.Open();
        client.Write(MqttBytes.Connect("one"));
        client.Take(4);
    }

    [Fact]
    public void A_peer_that_leaves_within_the_handshake_leaves_nothing_behind()
    {
        using var broker = new RunningTls(TlsPairs.Make("localhost"));
        for (var i = 0; i < 200; i++)
        {
            using var half = broker.Loop.Open();
            half.Send([0x16, 3, 1, 2, 0, 1]);
        }
        using var client = broker.Open();
        client.Write(MqttBytes.Connect("one"));
        client.Take(4);
    }

    [Fact]
    public void Half_handshakes_beyond_the_bound_wait_and_those_behind_them_come_in()
    {
        using var broker = new RunningTls(
            new TlsMaterial([TlsPairs.Pair(TlsPairs.Make("localhost"))]),
            new BrokerOptions { ConnectSecondsMax = 30 });
        var flood = Enumerable.Range(0, 600).Select(_ => broker.Loop.Open()).ToArray();
        foreach (var half in flood) half.Send([0x16, 3, 1, 2, 0, 1]);
        // The bound is for each of two threads. Long before the flood's time is over its oldest make room.
        using var client = broker.Open();
        client.Write(MqttBytes.Connect("one"));
        client.Take(4);
        broker.Loop.AwaitTurnedAway(Refusal.Handshake);
        foreach (var half in flood) half.Dispose();
    }

    [Fact]
    public void A_client_certificate_is_asked_for_and_names_its_user()
    {
        using var authority = TlsPairs.Make("authority", isAuthority: true);
        using var stranger = TlsPairs.Make("stranger", isAuthority: true);
        var material = new TlsMaterial([TlsPairs.Pair(TlsPairs.Make("localhost"))],
            ClientCertificateUse.Required, TlsPairs.Pem(authority));
        var user = new LocalUser("boiler", new PasswordHash(1, new byte[16], new byte[32]), []);
        using var broker = new RunningTls(material, new BrokerOptions { Users = [user] }, listener: new()
        {
            Dialect = Dialect.Plain, CertificateUser = true, CertificateId = true,
        });
        using var boiler = broker.Open(own: TlsPairs.Make("boiler", authority));
        boiler.Write(MqttBytes.Connect("boiler"));
        Assert.Equal([0x20, 2, 0, 0], boiler.Take(4));
        using var liar = broker.Open(own: TlsPairs.Make("boiler", authority));
        liar.Write(MqttBytes.Connect("another"));
        Assert.Equal([0x20, 2, 0, 2], liar.Take(4));
        using var nobody = broker.Open(own: TlsPairs.Make("cellar", authority));
        nobody.Write(MqttBytes.Connect("cellar"));
        Assert.Equal([0x20, 2, 0, 5], nobody.Take(4));
        Assert.ThrowsAny<IOException>(() => broker.Open().ReadByte());
        Assert.ThrowsAny<IOException>(() => broker.Open(own: TlsPairs.Make("boiler", stranger)).ReadByte());
        broker.Loop.AwaitTurnedAway(Refusal.ClientCertificate);
    }

    private static byte[] Latin1(string text) => [.. text.Select(static letter => (byte)letter)];
}
