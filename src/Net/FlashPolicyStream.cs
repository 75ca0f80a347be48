using System.Text;
using LightMq.Broker.Connections;

namespace LightMq.Net;

/// <summary>
/// Answers the one request of a Flash policy port, then ends (LMQ-NET-3). The time for the request is that to
/// CONNECT, which never comes.
/// </summary>
internal sealed class FlashPolicyStream(ISocketStream inner, byte[] policy) : ISocketStream
{
    private int _matched;
    private int _sent;

    // Adobe's socket policy, as the player asks for it.
    private static ReadOnlySpan<byte> Request => "<policy-file-request/>\0"u8;

    /// <summary>The policy that opens the ports of all these listeners to every page.</summary>
    public static byte[] PolicyOf(IEnumerable<Listener> listeners)
    {
        var ports = listeners.Where(static listener => listener.Transport != ListenerTransport.FlashPolicy)
            .Select(static listener => listener.EndPoint.Port).Distinct();
        return Encoding.ASCII.GetBytes(
            "<?xml version=\"1.0\"?><!DOCTYPE cross-domain-policy SYSTEM "
            + "\"http://www.macromedia.com/xml/dtds/cross-domain-policy.dtd\"><cross-domain-policy>"
            + $"<allow-access-from domain=\"*\" to-ports=\"{string.Join(',', ports)}\"/>"
            + "</cross-domain-policy>\0");
    }

    /// <inheritdoc/>
    public StreamFailure? Failure { get; private set; }

    /// <inheritdoc/>
    public bool HasBuffered => false;

    /// <inheritdoc/>
    public bool HasUnsent => IsAsked && _sent < policy.Length;

    private bool IsAsked => _matched == Request.Length;

    /// <inheritdoc/>
    public int Receive(Span<byte> to)
    {
        var count = inner.Receive(to);
        if (count <= 0) return count;
        var expected = Math.Min(count, Request.Length - _matched);
        if (!to[..expected].SequenceEqual(Request.Slice(_matched, expected)))
        {
            Failure = new StreamFailure(Refusal.Policy, "no request for a Flash policy");
            return -1;
        }
        _matched += expected;
        return IsAsked ? -1 : 0;
    }

    /// <summary>What the engine would say has no reader here.</summary>
    public int Send(ReadOnlySpan<byte> bytes)
    {
        if (!HasUnsent) return bytes.Length;
        var count = inner.Send(policy.AsSpan(_sent));
        if (count < 0) return count;
        _sent += count;
        return 0;
    }

    /// <inheritdoc/>
    public bool TryEnd(CloseReason reason) => Send([]) < 0 || !HasUnsent;

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();
}
