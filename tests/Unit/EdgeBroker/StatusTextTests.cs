using LightMq.Host;
using Xunit;

namespace LightMq.Unit.EdgeBroker;

/// <summary>The broker's line in systemctl status: the truth, and trouble first.</summary>
public sealed class StatusTextTests
{
    [Theory]
    [InlineData(0, 0, false, null, "0 clients, 0 messages wait, disk works")]
    [InlineData(1, 7, false, null, "1 client, 7 messages wait, disk works")]
    [InlineData(2, 7, true, null, "2 clients, 7 messages wait, a restart forgets them")]
    [InlineData(2, 7, false, "the disk is full", "the disk is full; 2 clients, 7 messages wait")]
    public void It_says(int clients, long waiting, bool isInMemory, string? trouble, string line) =>
        Assert.Equal(line, StatusText.Of(clients, waiting, isInMemory, trouble));
}
