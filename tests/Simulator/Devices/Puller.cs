using System.Text;
using LightMq.Lmq;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Devices;

/// <summary>
/// Asks for what waited while the client was away (LMQ-OFF-2): from either end, wrongly, and too often.
/// </summary>
public sealed class Puller(Device device, Surroundings world, Conversation conversation)
{
    private const int FloodRequests = 20;
    private PullOrder _order;

    private DeviceProfile Profile => device.Profile;
    private Random Random => world.Scheduler.Random;

    /// <summary>The client is back.</summary>
    public void Begin()
    {
        if (Profile.PullEvery == 0) return;
        _order = Random.Happens(0.5) ? PullOrder.OldestFirst : PullOrder.NewestFirst;
        PullLater(Scheduler.Second / 10);
    }

    private void PullLater(long every)
    {
        device.Later(Random.Spread(every / 4 + 1, every * 2), () =>
        {
            Pull();
            PullLater(world.IsFaulty ? Profile.PullEvery : Scheduler.Second);
        });
    }

    private void Pull()
    {
        if (!world.IsFaulty)
        {
            Ask(new PullRequest(_order, PullRequest.CountMax), qos: 0);
            return;
        }
        if (Random.Happens(0.1)) _order = (PullOrder)Random.Next(2);
        if (Random.Happens(0.1)) conversation.Ask(s_topic, WrongBody(), Random.Next(3), pull: null);
        var times = Random.Happens(0.05) ? FloodRequests : 1;
        var request = new PullRequest(_order, Random.Pick([1, 2, 5, 30, 31]));
        while (times-- > 0) Ask(request, Random.Pick([0, 1, 1, 1, 2]));
    }

    private void Ask(in PullRequest request, int qos)
    {
        world.Tally.Count("pulls sent");
        // Both orders in as many bytes.
        var order = request.Order == PullOrder.OldestFirst ? "\"ASC\" " : "\"DESC\"";
        var body = $$"""{"pushOrder":{{order}},"maxPushNum":{{request.Count}}}""";
        conversation.Ask(s_topic, Encoding.ASCII.GetBytes(body), qos,
            request with { Count = Math.Min(request.Count, PullRequest.CountMax) });
    }

    private byte[] WrongBody() => Encoding.ASCII.GetBytes(Random.Pick([
        """{"pushOrder":"ASC","maxPushNum":0}""", """{"pushOrder":"ASC","maxPushNum":-5}""",
        """{"pushOrder":"UP","maxPushNum":3}""", """{"maxPushNum":3}""", "[]", "{"]));

    private static readonly string s_topic = Encoding.ASCII.GetString(ControlTopics.GetOffline);
}
