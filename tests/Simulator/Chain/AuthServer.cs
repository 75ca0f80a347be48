using LightMq.Simulator.World;

namespace LightMq.Simulator.Chain;

/// <summary>Gives out tokens over a network, while it is up.</summary>
public sealed class AuthServer(ChainWorld world, TokenOffice office)
{
    public bool IsDown { get; set; }

    /// <summary>Asks for a token; null: no answer.</summary>
    public void Ask(string clientId, Action<SimulatedToken?> answered) => world.Scheduler.After(
        world.Random.Spread(1_000, Scheduler.Second), () =>
        {
            // Once nothing goes wrong any more, tokens live long.
            var life = world.IsFaulty ? world.Scenario.TokenLife / 1000 : 1_000_000_000;
            answered(IsDown ? null : office.IssueToGateway(clientId, life));
        });
}
