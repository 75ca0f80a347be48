namespace LightMq.Simulator.Chain;

/// <summary>A bug put into the chain on purpose: each proves a checker.</summary>
public enum ChainBug
{
    None,
    /// <summary>The uplink acknowledges as soon as it is given: <c>UpwardAcks</c>.</summary>
    AckAtOnce,
    /// <summary>After a lost link it begins with the second: <c>UpwardAcks</c>.</summary>
    ResendFromSecond,
    /// <summary>What was under way on a lost link counts as acknowledged: <c>UpwardAcks</c>.</summary>
    KeepCentralAcks,
    /// <summary>Acknowledgements owed to a lost local connection go to the next: <c>CentralLog</c>.</summary>
    KeepLocalAcks,
    /// <summary>A later message passes an earlier one, to a foreign central: <c>CentralLog</c>.</summary>
    Overtake,
    /// <summary>A gap is not declared, but acknowledged: <c>UpwardAcks</c>.</summary>
    ForgetGap,
    /// <summary>A gap is declared for what was only lost on the way: <c>DeclaredGaps</c>.</summary>
    DeclareLost,
    /// <summary>A refused message counts as stored before it is: <c>DeclaredGaps</c>.</summary>
    StoreLater,
    /// <summary>The end of a token accuses the messages under way: <c>RefusedQueue</c>.</summary>
    BlameTokens,
    /// <summary>A message for ever refused is dropped instead of stored: <c>RefusedQueue</c>.</summary>
    DropRefused,
    /// <summary>The core says that it has what it has not synced: <c>UpwardAcks</c>.</summary>
    KeepBeforeSync,
    /// <summary>An entry never reaches the core: <c>UpwardAcks</c>.</summary>
    LoseEntry,
    /// <summary>The central forgets its marks: <c>CentralLog</c>.</summary>
    ForgetMarks,
    /// <summary>The central's marks are ahead of its core: <c>UpwardAcks</c>.</summary>
    RaiseMarks,
    /// <summary>The central takes what lies behind a hole: <c>CentralLog</c>.</summary>
    TakeHoles,
    /// <summary>A byte changes on its way up: <c>CentralLog</c>.</summary>
    AlterPayload,
    /// <summary>The edge loses a group that it has confirmed: <c>CentralLog</c>.</summary>
    LoseGroup,
    /// <summary>The edge names its streams alike at every start: <c>CentralLog</c>.</summary>
    RepeatEpoch,
    /// <summary>A superseded box comes in as another: <c>Installations</c>.</summary>
    ChangeInstallation,
    /// <summary>The central does not tell of a fork: <c>Installations</c>.</summary>
    HideForks,
    /// <summary>The uplink sleeps for ever: <c>ChainDrains</c>.</summary>
    Sleep,
}
