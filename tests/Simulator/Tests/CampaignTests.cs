using LightMq.Simulator.Chain;
using LightMq.Simulator.World;
using Xunit;

namespace LightMq.Simulator.Tests;

/// <summary>The broker keeps its promises over many seeds, and every seed can be run again.</summary>
public sealed class CampaignTests(ITestOutputHelper output)
{
    /// <summary>Seeds that a run of the tests takes; the console runs on for ever.</summary>
    private const int Seeds = 2_000;

    /// <summary>What must have happened often in these seeds, or they prove nothing about it.</summary>
    private static readonly string[] s_tried =
        ["P2P delivered", "P2P waited", "P2P waited for a clean client", "P2P unanswered", "P2P up a bridge",
         "drops PeerOffline", "drops PeerUnknown", "messages unanswered",
         "connections that pull", "messages pulled", "messages pushed in batches",
         "tokens taken", "notices of expiry", "messages by token", "impostors",
         "connections that lost their token: Expired", "connections that lost their token: Revoked",
         "tokens refused, code -1", "tokens refused, code 1", "tokens refused, code 5",
         "tokens refused, code 8", "connections over quota", "filters over quota", "quotas stored",
         "publishers slowed by a quota", "alarms",
         "presence Connect", "presence Disconnect", "presence TcpClean", "presence up a bridge"];
    private const int TriedLeast = 100;
    private const int ChainSeeds = 1_000;

    /// <summary>The same for the chain.</summary>
    private static readonly (string What, int Least)[] s_triedOnChains =
        [("messages that came up", 50_000), ("chains to a foreign central", 100),
         ("power cuts at an edge", 500), ("kills of an edge", 300), ("kills of an uplink", 500), ("power cuts at the central", 500),
         ("kills of the central", 500), ("messages refused", 500), ("gaps refused", 500), ("gaps gone", 20),
         ("stream holes", 20), ("stream numbers repeated", 1_000), ("bridge Searching", 200),
         ("bridge Stalled", 30), ("backups put back", 50), ("boxes cloned", 50), ("forks told", 50),
         ("superseded boxes refused", 50), ("boxes allowed again", 100), ("centrals put back", 50),
         ("messages lost by a central", 300), ("centrals replaced", 50), ("data partitions wiped", 50),
         ("tokens of uplinks renewed", 1_000), ("tokens of uplinks lost: Expired", 10),
         ("tokens of uplinks lost: Revoked", 50), ("spells without auth server", 100)];

    [Fact]
    public void Promises_hold_over_two_thousand_seeds()
    {
        var lines = new StringWriter();
        var campaign = new Campaign(lines, Environment.ProcessorCount);
        campaign.Run(1, Seeds);
        output.WriteLine(lines.ToString());
        Console.WriteLine(lines);
        Assert.Empty(campaign.Failures);
        Assert.All(s_tried, what => Assert.True(campaign.Tally[what] >= TriedLeast, what));
    }

    [Fact]
    public void Promises_of_the_chain_hold_over_a_thousand_seeds()
    {
        var lines = new StringWriter();
        var campaign = new Campaign(lines, Environment.ProcessorCount, isChain: true);
        campaign.Run(1, ChainSeeds);
        output.WriteLine(lines.ToString());
        Console.WriteLine(lines);
        Assert.Empty(campaign.Failures);
        Assert.All(s_triedOnChains,
            tried => Assert.True(campaign.Tally[tried.What] >= tried.Least, tried.What));
    }

    [Fact]
    public void A_seed_of_the_chain_runs_the_same_twice()
    {
        for (var seed = 1; seed <= 40; seed++)
            Assert.True(ChainSimulation.Run(seed).IsSameAs(ChainSimulation.Run(seed)), $"seed {seed}");
    }

    [Fact]
    public void A_seed_runs_the_same_twice()
    {
        for (var seed = 1; seed <= 40; seed++)
            Assert.True(Simulation.Run(seed).IsSameAs(Simulation.Run(seed)), $"seed {seed}");
    }

    [Fact]
    public void Another_seed_is_another_run() =>
        Assert.NotEqual(Simulation.Run(1).Hash, Simulation.Run(2).Hash);
}
