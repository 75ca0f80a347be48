using Xunit;

namespace LightMq.Tests.Hostile;

/// <summary>The judge catches what a broker must not do.</summary>
public sealed class ServerConductTests
{
    [Theory]
    [InlineData("", "d0 00", "CONNACK is due")]
    [InlineData("", "20 02 00 00 20 02 00 00", "CONNACK was sent already")]
    [InlineData("", "20 02 00 00 d0 00", "nothing asked for")]
    [InlineData("c0 00", "20 02 00 00 d0 00 d0 00", "nothing asked for")]
    [InlineData("""32 ["t" 00 01]""", "20 02 00 00 40 02 00 02", "nothing asked for")]
    [InlineData("""34 ["t" 00 01]""", "20 02 00 00 40 02 00 01", "nothing asked for")]
    [InlineData("""32 ["t" 00 01]""", "20 02 00 00 40 02 00 01 40 02 00 01", "nothing asked for")]
    [InlineData("""82 [00 01 "t" 00]""", "20 02 00 00 b0 02 00 01", "nothing asked for")]
    [InlineData("", """20 02 00 00 32 ["t" 00 01] 32 ["u" 00 01]""", "in use already")]
    [InlineData("", "20 02 00 00 30 05 00", "half a packet")]
    [InlineData("", "20 02 00 00 c0 00", "not a server's to send")]
    public void A_breach_is_caught(string sent, string received, string expected)
    {
        var conduct = new ServerConduct();
        conduct.Sent(PacketText.Bytes(sent));
        var difference = Assert.Throws<Difference>(() => conduct.Received(PacketText.Bytes(received)));
        Assert.Contains(expected, difference.Message);
    }

    [Fact]
    public void Good_conduct_passes()
    {
        var conduct = new ServerConduct();
        conduct.Sent(PacketText.Bytes("""32 ["t" 00 01] 34 ["t" 00 01] 62 02 00 01 82 [00 01 "t" 01]"""));
        conduct.Received(PacketText.Bytes("20 02 00 00 40 02 00 01 50 02 00 01 70 02 00 01 90 03 00 01 01"));
        conduct.Received(PacketText.Bytes("""32 ["t" 00 01 'x']"""));
        conduct.Sent(PacketText.Bytes("40 02 00 01"));
        conduct.Received(PacketText.Bytes("""32 ["t" 00 01 'y']"""));
        Assert.True(conduct.IsAccepted);
        Assert.False(conduct.IsBroken);
    }

    [Theory]
    [InlineData("36 02 00 00")]
    [InlineData("20 02 00 00")]
    [InlineData("00")]
    public void A_broken_peer_is_known(string sent)
    {
        var conduct = new ServerConduct();
        conduct.Sent(PacketText.Bytes(sent));
        Assert.True(conduct.IsBroken);
    }
}
