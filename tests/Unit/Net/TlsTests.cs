using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LightMq.Broker.Settings;
using LightMq.Net;
using LightMq.Net.Tls;
using Xunit;

namespace LightMq.Unit.Net;

/// <summary>A TLS listener on real sockets; the client is the framework's.</summary>
public sealed class TlsTests
{
    private static readonly byte[] ConnAck = [0x20, 2, 0, 0];

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public void A_client_connects_and_gets_an_answer(SslProtocols protocol)
    {
        using var broker = new RunningTls(TlsPairs.Make("localhost"));
        using var client = broker.Open(protocol);
        client.Write(MqttBytes.Connect("one"));
        Assert.Equal(ConnAck, client.Take(4));
        Assert.Equal(protocol, client.SslProtocol);
    }

    [Fact]
    public void TLS_below_1_2_is_refused()
    {
        using var broker = new RunningTls(TlsPairs.Make("localhost"));
        using var client = broker.Loop.Open();
        client.Send(Hello10);
        // A fatal alert: protocol_version (RFC 8446, 6.2).
        Assert.Equal([21, 3, 1, 0, 2, 2, 70], client.Take(7));
        broker.Loop.AwaitTurnedAway(Refusal.OldTls);
    }

    [Fact]
    public void A_message_larger_than_many_records_goes_both_ways()
    {
        using var broker = new RunningTls(TlsPairs.Make("localhost"));
        using var reader = broker.Open();
        reader.Write([.. MqttBytes.Connect("reader"), .. MqttBytes.Subscribe("big")]);
        reader.Take(4 + 5);
        using var writer = broker.Open();
        writer.Write(MqttBytes.Connect("writer"));
        writer.Take(4);
        var publish = MqttBytes.Publish("big", 120_000);
        writer.Write(publish);
        Assert.Equal(publish, reader.Take(publish.Length));
    }

    [Fact]
    public void A_peer_that_does_not_read_gets_all_once_it_does()
    {
        const int Count = 100;
        using var broker = new RunningTls(new TlsMaterial([TlsPairs.Pair(TlsPairs.Make("localhost"))]),
            new BrokerOptions { OutboxBytesMax = 64 << 20 });
        using var reader = broker.Open();
        reader.Write([.. MqttBytes.Connect("reader"), .. MqttBytes.Subscribe("big")]);
        reader.Take(4 + 5);
        using var writer = broker.Open();
        writer.Write(MqttBytes.Connect("writer"));
        writer.Take(4);
        // More than the kernel keeps for one socket: the rest waits in the outbox, which moves as it grows.
        var publish = MqttBytes.Publish("big", 100_000);
        for (var i = 0; i < Count; i++) writer.Write(publish);
        writer.Write([0xC0, 0]);
        writer.Take(2);
        for (var i = 0; i < Count; i++) Assert.Equal(publish, reader.Take(publish.Length));
    }

    [Fact]
    public void Bytes_left_in_a_record_are_not_forgotten()
    {
        using var broker = new RunningTls(TlsPairs.Make("localhost"));
        using var client = broker.Open();
        // One write, many packets: the loop reads records that hold more than one turn takes.
        var pings = new byte[200_000];
        for (var i = 0; i < pings.Length; i += 2) pings[i] = 0xC0;
        client.Write(MqttBytes.Connect("pinger"));
        client.Take(4);
        var sending = new Thread(() => client.Write(pings));
        sending.Start();
        var answers = client.Take(pings.Length);
        Assert.All(answers.Chunk(2), static answer => Assert.Equal([0xD0, 0], answer));
        sending.Join();
    }

    [Fact]
    public void The_last_word_is_close_notify()
    {
        using var broker = new RunningTls(TlsPairs.Make("localhost"));
        using var client = broker.Open();
        client.Write([.. MqttBytes.Connect("one"), 0xF0, 0]);
        client.Take(4);
        // The framework tells a cut-off stream by an exception and an orderly end by 0.
        Assert.Equal(0, client.Read(new byte[1]));
    }

    [Fact]
    public void A_certificate_is_chosen_by_name_and_the_first_is_the_default()
    {
        using var first = TlsPairs.Make("first.test");
        using var second = TlsPairs.Make("second.test");
        using var broker = new RunningTls(first, second);
        using var named = broker.Open(host: "second.test");
        using var unknown = broker.Open(host: "third.test");
        Assert.Equal(second.GetCertHashString(), named.RemoteCertificate!.GetCertHashString());
        Assert.Equal(first.GetCertHashString(), unknown.RemoteCertificate!.GetCertHashString());
    }

    [Fact]
    public void New_certificates_are_for_new_connections()
    {
        using var old = TlsPairs.Make("old.test");
        using var fresh = TlsPairs.Make("fresh.test");
        using var broker = new RunningTls(old);
        using var before = broker.Open();
        broker.Server.Replace(new TlsMaterial([TlsPairs.Pair(fresh)]));
        using var after = broker.Open();
        Assert.Equal(fresh.GetCertHashString(), after.RemoteCertificate!.GetCertHashString());
        before.Write(MqttBytes.Connect("before"));
        Assert.Equal(ConnAck, before.Take(4));
    }

    [Fact]
    public void A_bad_pair_names_its_fault_and_the_old_one_stays()
    {
        using var old = TlsPairs.Make("old.test");
        using var other = TlsPairs.Make("other.test");
        using var broker = new RunningTls(old);
        var mixed = new TlsPair(TlsPairs.Pem(old), TlsPairs.KeyPem(other));
        var wrong = Assert.Throws<TlsMaterialError>(() => broker.Server.Replace(new TlsMaterial([mixed])));
        Assert.Equal(TlsPart.Key, wrong.Part);
        Assert.Contains("does not belong", wrong.Message);
        wrong = Assert.Throws<TlsMaterialError>(
            () => broker.Server.Replace(new TlsMaterial([new TlsPair("rubbish"u8.ToArray(), mixed.KeyPem)])));
        Assert.Equal(TlsPart.Certificate, wrong.Part);
        var locked = other.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem("word",
            new(PbeEncryptionAlgorithm.Aes128Cbc,
                HashAlgorithmName.SHA256, 1));
        wrong = Assert.Throws<TlsMaterialError>(() => broker.Server.Replace(new TlsMaterial(
            [new TlsPair(TlsPairs.Pem(other), Encoding.ASCII.GetBytes(locked))])));
        Assert.Contains("encrypted", wrong.Message);
        using var client = broker.Open();
        Assert.Equal(old.GetCertHashString(), client.RemoteCertificate!.GetCertHashString());
    }

    /// <summary>A ClientHello of TLS 1.0 (RFC 2246, 7.4.1.2) with one cipher suite.</summary>
    private static byte[] Hello10 =>
    [
        22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 1, .. new byte[32], 0, 0, 2, 0xC0, 0x09, 1, 0,
    ];
}
