using LightMq.Simulator.Chain;
using Xunit;

namespace LightMq.Simulator.Tests;

/// <summary>Each checker of the chain must catch the bugs made for it.</summary>
public sealed class ChainBugTests
{
    private const int SeedsMax = 400;

    [Theory]
    [InlineData(ChainBug.AckAtOnce, nameof(UpwardAcks))]
    [InlineData(ChainBug.ResendFromSecond, nameof(UpwardAcks))]
    [InlineData(ChainBug.KeepCentralAcks, nameof(UpwardAcks))]
    [InlineData(ChainBug.KeepLocalAcks, nameof(CentralLog))]
    [InlineData(ChainBug.Overtake, nameof(CentralLog))]
    [InlineData(ChainBug.ForgetGap, nameof(UpwardAcks))]
    [InlineData(ChainBug.DeclareLost, nameof(DeclaredGaps))]
    [InlineData(ChainBug.StoreLater, nameof(DeclaredGaps))]
    [InlineData(ChainBug.DropRefused, nameof(RefusedQueue))]
    [InlineData(ChainBug.BlameTokens, nameof(RefusedQueue))]
    [InlineData(ChainBug.KeepBeforeSync, nameof(UpwardAcks))]
    [InlineData(ChainBug.LoseEntry, nameof(UpwardAcks))]
    [InlineData(ChainBug.ForgetMarks, nameof(CentralLog))]
    [InlineData(ChainBug.RaiseMarks, nameof(UpwardAcks))]
    [InlineData(ChainBug.TakeHoles, nameof(CentralLog))]
    [InlineData(ChainBug.AlterPayload, nameof(CentralLog))]
    [InlineData(ChainBug.LoseGroup, nameof(CentralLog))]
    [InlineData(ChainBug.RepeatEpoch, nameof(CentralLog))]
    [InlineData(ChainBug.ChangeInstallation, nameof(Installations))]
    [InlineData(ChainBug.HideForks, nameof(Installations))]
    [InlineData(ChainBug.Sleep, "ChainDrains")]
    public void The_checker_catches_its_bug(ChainBug bug, string checker)
    {
        var caughtByOthers = new SortedSet<string>();
        for (var seed = 1; seed <= SeedsMax; seed++)
        {
            var outcome = ChainSimulation.Run(seed, bug);
            if (outcome.Checker == checker) return;
            if (outcome.Checker != null) caughtByOthers.Add($"{seed}: {outcome.Failure!.Message}");
        }
        var others = string.Join("; ", caughtByOthers);
        Assert.Fail($"{checker} did not catch {bug} in {SeedsMax} seeds; others: {others}");
    }
}
