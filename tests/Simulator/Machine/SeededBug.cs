namespace LightMq.Simulator.Machine;

/// <summary>A bug put into the simulated host, or the device, on purpose: each proves a checker.</summary>
public enum SeededBug
{
    None,
    /// <summary>Now and then a group is answered but not stored: <c>AtLeastOnce</c>.</summary>
    LoseGroup,
    /// <summary>A client forgets which QoS 2 ids it has seen: <c>ExactlyOnce</c>.</summary>
    ForgetQos2Ids,
    /// <summary>A QoS 1 publish is sent twice: <c>ExactlyOnce</c> where no fault happens.</summary>
    SendTwice,
    /// <summary>Two messages change places: <c>PublisherOrder</c>.</summary>
    SwapPublishes,
    /// <summary>Two PUBACKs change places: <c>AckOrder</c>.</summary>
    SwapPubAcks,
    /// <summary>Sessions are not stored: <c>SessionSurvival</c>.</summary>
    LoseSessions,
    /// <summary>Numbers start again after a while: <c>BridgeStreams</c>.</summary>
    Renumber,
    /// <summary>So do numbers of ordered sending: <c>BridgeStreams</c>.</summary>
    Reorder,
    /// <summary>The engine is given wider bounds than the checker: <c>Bounds</c>.</summary>
    WidenBounds,
    /// <summary>A byte of a payload changes: <c>NothingInvented</c>.</summary>
    AlterPayload,
    /// <summary>Retained messages are not stored: <c>RetainedState</c>.</summary>
    LoseRetained,
    /// <summary>DISCONNECT is not read: <c>Wills</c>.</summary>
    IgnoreDisconnect,
    /// <summary>The end of a connection looks like DISCONNECT: <c>Wills</c>.</summary>
    FakeDisconnect,
    /// <summary>What is for one client goes to all that subscribe to it: <c>PeerToPeer</c>.</summary>
    TellAll,
    /// <summary>What waits for one client is not stored: <c>PeerToPeer</c>.</summary>
    LoseMailboxes,
    /// <summary>Backlogs are pushed twice as fast: <c>OfflineDelivery</c>.</summary>
    HurryBatches,
    /// <summary>Who asks for the oldest gets the newest: <c>OfflineDelivery</c>.</summary>
    TurnPulls,
    /// <summary>Who pulls is not heard, and pushed to: <c>OfflineDelivery</c>.</summary>
    IgnorePulls,
    /// <summary>What a client had not acknowledged when it went counts as done: <c>AtLeastOnce</c>.</summary>
    AnswerForClient,
    /// <summary>Forged tokens are found good: <c>TokenRules</c>.</summary>
    TakeForged,
    /// <summary>Tokens last for ever: <c>TokenRules</c>.</summary>
    NeverExpire,
    /// <summary>The broker is not told what is revoked: <c>TokenRules</c>.</summary>
    ForgetRevocations,
    /// <summary>Numbers of presence events are rounded: <c>PresenceEvents</c>.</summary>
    RoundIndex,
    /// <summary>Now and then the store never answers: <c>Drains</c>.</summary>
    HangStore,
}
