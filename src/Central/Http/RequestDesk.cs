using System.Collections.Concurrent;
using LightMq.Broker.Settings;
using LightMq.Net;

namespace LightMq.Central.Http;

/// <summary>
/// Where HTTP asks the engine: bounded, and answered by the loop once it is durable. For any thread.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class RequestDesk(TimeProvider time)
{
    private const int WaitingMax = 1_024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<CentralRequest, TaskCompletionSource<string>> _waiting =
        new(ReferenceEqualityComparer.Instance);

    /// <summary>The loop's mailbox; set before the first request.</summary>
    public Mailbox? Mail { get; set; }

    /// <summary>What the loop answers; called by the loop.</summary>
    public void Answered(CentralRequest request, string refusal)
    {
        if (_waiting.TryRemove(request, out var waiting)) waiting.TrySetResult(refusal);
    }

    /// <summary>Asks, and waits until it is done and durable.</summary>
    /// <exception cref="HttpRefusal">Refused by the engine, or nothing came of it in time.</exception>
    public async Task AskAsync(HttpCall call, CentralRequest request, int refusedStatus)
    {
        if (_waiting.Count >= WaitingMax) throw Busy();
        var waiting = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[request] = waiting;
        Mail!.Requested(request);
        // Whoever goes away, or is sent away, leaves it to the engine: it may still come about.
        if (!await call.WaitAsync(waiting.Task, Patience, time)) throw Busy();
        if (await waiting.Task is { Length: > 0 } refusal) throw new HttpRefusal(refusedStatus, refusal);
    }

    private static HttpRefusal Busy() =>
        new(503, "it is not safe yet, for too much waits or the disk does not take it: try again later");
}
