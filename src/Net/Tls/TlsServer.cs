using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LightMq.Net.Tls;

/// <summary>
/// The TLS of a listener. Its certificates can be replaced at any time and from any thread: connections keep
/// those they began with.
/// </summary>
public sealed class TlsServer
{
    private volatile TlsContext[] _contexts;

    /// <summary>Takes what it shows and trusts.</summary>
    /// <exception cref="TlsMaterialError">Something of it cannot be used.</exception>
    public TlsServer(TlsMaterial material) => _contexts = Make(material);

    /// <summary>From now on these, for new connections.</summary>
    /// <exception cref="TlsMaterialError">Something of it cannot be used; the old ones stay.</exception>
    public void Replace(TlsMaterial material) => _contexts = Make(material);

    /// <summary>
    /// The contexts at present, the default first. Whoever shakes hands with them holds on to the array, so
    /// that the collector keeps them until then; connections count by themselves.
    /// </summary>
    internal TlsContext[] Contexts => _contexts;

    private static unsafe TlsContext[] Make(TlsMaterial material)
    {
        var contexts = new TlsContext[material.Pairs.Count];
        for (var i = 0; i < contexts.Length; i++) contexts[i] = TlsContext.Make(material, i);
        if (contexts.Length > 1)
            _ = OpenSsl.SSL_CTX_callback_ctrl(
                contexts[0].Value, OpenSsl.ControlServerNameCallback, &ChooseByName);
        return contexts;
    }

    /// <summary>Called within SSL_accept, on a thread that shakes hands.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe int ChooseByName(nint ssl, int* alert, nint argument)
    {
        const int Acknowledged = 0, NotAcknowledged = 3;
        var text = OpenSsl.SSL_get_servername(ssl, 0);
        if (text == null) return NotAcknowledged;
        var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text);
        foreach (var context in Handshake.Current!.Contexts)
        {
            if (!context.IsFor(name)) continue;
            _ = OpenSsl.SSL_set_SSL_CTX(ssl, context.Value);
            return Acknowledged;
        }
        return NotAcknowledged;
    }
}
