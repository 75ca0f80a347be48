using LightMq.Simulator.Machine;
using LightMq.Simulator.Oracle;
using LightMq.Simulator.World;
using Xunit;

namespace LightMq.Simulator.Tests;

/// <summary>
/// A checker that has never caught anything proves nothing: each must catch the bug made for it.
/// </summary>
public sealed class SeededBugTests
{
    private const int SeedsMax = 300;

    [Theory]
    [InlineData(SeededBug.LoseGroup, nameof(AtLeastOnce))]
    [InlineData(SeededBug.ForgetQos2Ids, nameof(ExactlyOnce))]
    [InlineData(SeededBug.SendTwice, nameof(ExactlyOnce))]
    [InlineData(SeededBug.SwapPublishes, nameof(PublisherOrder))]
    [InlineData(SeededBug.SwapPubAcks, nameof(AckOrder))]
    [InlineData(SeededBug.LoseSessions, nameof(SessionSurvival))]
    [InlineData(SeededBug.Renumber, nameof(BridgeStreams))]
    [InlineData(SeededBug.Reorder, nameof(BridgeStreams))]
    [InlineData(SeededBug.WidenBounds, nameof(Bounds))]
    [InlineData(SeededBug.AlterPayload, nameof(NothingInvented))]
    [InlineData(SeededBug.LoseRetained, nameof(RetainedState))]
    [InlineData(SeededBug.IgnoreDisconnect, nameof(Wills))]
    [InlineData(SeededBug.FakeDisconnect, nameof(Wills))]
    [InlineData(SeededBug.TellAll, nameof(PeerToPeer))]
    [InlineData(SeededBug.LoseMailboxes, nameof(PeerToPeer))]
    [InlineData(SeededBug.HurryBatches, nameof(OfflineDelivery))]
    [InlineData(SeededBug.TurnPulls, nameof(OfflineDelivery))]
    [InlineData(SeededBug.IgnorePulls, nameof(OfflineDelivery))]
    [InlineData(SeededBug.AnswerForClient, nameof(AtLeastOnce))]
    [InlineData(SeededBug.TakeForged, nameof(TokenRules))]
    [InlineData(SeededBug.NeverExpire, nameof(TokenRules))]
    [InlineData(SeededBug.ForgetRevocations, nameof(TokenRules))]
    [InlineData(SeededBug.RoundIndex, nameof(PresenceEvents))]
    [InlineData(SeededBug.HangStore, nameof(Drains))]
    public void The_checker_catches_its_bug(SeededBug bug, string checker)
    {
        var caughtByOthers = new SortedSet<string>();
        for (var seed = 1; seed <= SeedsMax; seed++)
        {
            var outcome = Simulation.Run(seed, bug);
            if (outcome.Checker == checker) return;
            if (outcome.Checker != null) caughtByOthers.Add($"{seed}: {outcome.Failure!.Message}");
        }
        var others = string.Join("; ", caughtByOthers);
        Assert.Fail($"{checker} did not catch {bug} in {SeedsMax} seeds; others: {others}");
    }
}
