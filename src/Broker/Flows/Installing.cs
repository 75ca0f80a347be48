using System.Text;
using LightMq.Broker.Sessions;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>
/// Installations of a gateway, where it names them: the one that came last is the gateway. Whose place was
/// taken stays outside until an operator lets it in, or two boxes would take each other over for ever.
/// </summary>
internal sealed class Installing(Turn turn)
{
    /// <summary>What the refusal of a superseded installation begins with.</summary>
    public const string SupersededText = "superseded: ";

    private const int BytesMax = 64, SupersededMax = 16;

    /// <summary>Why an installation is not let in; null: it is.</summary>
    public static string? FindRefusal(Session? known, in ConnectPacket packet)
    {
        if (!packet.TryFindUser(BridgeProperties.Installation, out var installation)) return null;
        if (installation.Length is 0 or > BytesMax
            || installation.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
            return "lmq-install is not 1 to 64 visible characters";
        if (known is not { HasSuperseded: true }) return null;
        return known.Superseded.Contains(Encoding.ASCII.GetString(installation))
            ? $"{SupersededText}another installation has taken the place of this one; "
                + "an operator of the central can let it in again"
            : null;
    }

    /// <summary>One that was not refused has come.</summary>
    /// <returns>Whether what is stored of the session changes.</returns>
    public bool Come(Session session, in ConnectPacket packet)
    {
        if (!packet.TryFindUser(BridgeProperties.Installation, out var named)) return false;
        var installation = Encoding.ASCII.GetString(named);
        if (installation == session.Installation) return false;
        if (session.Installation.Length > 0)
        {
            if (session.Superseded.Count == SupersededMax) session.Superseded.RemoveAt(0);
            session.Superseded.Add(session.Installation);
            turn.Report(BrokerEventKind.GatewayReplaced, session.ClientText, session.Connection,
                $"installation {installation} has taken the place of {session.Installation}, "
                + "which stays outside until it is allowed again");
        }
        session.Installation = installation;
        return true;
    }
}
