using LightMq.Broker.Settings;

namespace LightMq.Simulator.World;

/// <summary>Draws quotas (LMQ-LIM-2), from tight ones to none.</summary>
public static class QuotaMaker
{
    /// <summary>While things go wrong: any.</summary>
    public static InstanceQuotas Any(Random random) => new()
    {
        Kind = random.Happens(0.8) ? QuotaKind.Prepaid : QuotaKind.Postpaid,
        Connections = new Quota(random.Happens(0.5) ? 0 : random.Next(1, 8)),
        MessagesPerSecond = new Quota(random.Happens(0.3) ? 0 : (int)random.Spread(5, 500)),
        Subscriptions = new Quota(random.Happens(0.5) ? 0 : random.Next(1, 15)),
    };

    /// <summary>At last: all may come and subscribe, and publishers are slowed, but not for ever.</summary>
    public static InstanceQuotas Lasting(Random random) => InstanceQuotas.None with
    {
        MessagesPerSecond = new Quota(random.Happens(0.5) ? 0 : random.Next(100, 1_000)),
    };
}
