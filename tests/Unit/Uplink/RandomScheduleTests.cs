using LightMq.Uplink.Bridging;
using Xunit;

namespace LightMq.Unit.Uplink;

/// <summary>
/// Whatever order links break in, packets are under way and acknowledgements get lost: the central has each
/// message that the local broker accepted once, in each client's order, or its gap where it was refused.
/// </summary>
public sealed class RandomScheduleTests
{
    private const int Messages = 400;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_accepted_message_arrives_once_and_in_order(bool hasPoison)
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var world = new RandomWorld(seed, Messages, hasPoison);
            world.Run();
            world.Check();
        }
    }

    [Fact]
    public void The_check_finds_a_bridge_that_acknowledges_too_soon()
    {
        var found = 0;
        for (var seed = 1; seed <= 20 && found == 0; seed++)
        {
            var world = new RandomWorld(seed, Messages, hasPoison: false) { AcknowledgesTooSoon = true };
            try
            {
                world.Run();
                world.Check();
            }
            catch (Xunit.Sdk.XunitException)
            {
                found++;
            }
        }
        Assert.Equal(1, found);
    }
}
