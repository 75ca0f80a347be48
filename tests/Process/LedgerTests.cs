using LightMq.Process.Load;
using Xunit;
using Xunit.Sdk;

namespace LightMq.Process;

/// <summary>The ledger must see what it is there to see: each test seeds one kind of wrong.</summary>
public sealed class LedgerTests
{
    [Fact]
    public void A_lost_message_is_seen() => Wrong(false, [1, 2, 3], [1, 3]);

    [Fact]
    public void Overtaking_is_seen() => Wrong(false, [1, 2, 3], [1, 3, 2]);

    [Fact]
    public void A_second_delivery_is_seen_where_once_was_promised() => Wrong(true, [1, 2, 3], [1, 2, 2, 3]);

    [Fact]
    public void An_invented_message_is_seen() =>
        Assert.ThrowsAny<XunitException>(() => Fill([1], [1, 2]).Verify(isExactlyOnce: false));

    [Fact]
    public void Repeats_and_unacknowledged_deliveries_are_no_fault() =>
        Fill([1, 2, 3], [1, 2, 1, 2, 3]).Verify(isExactlyOnce: false);

    private static void Wrong(bool isExactlyOnce, int[] acknowledged, int[] received)
    {
        var ledger = Fill(acknowledged, received);
        Assert.ThrowsAny<XunitException>(() => ledger.Verify(isExactlyOnce));
    }

    private static Ledger Fill(int[] acknowledged, int[] received)
    {
        var ledger = new Ledger();
        foreach (var number in acknowledged)
        {
            ledger.Sent("p", number);
            ledger.Acknowledged("p", number);
        }
        foreach (var number in received) ledger.Received(Ledger.Payload("p", number));
        return ledger;
    }
}
