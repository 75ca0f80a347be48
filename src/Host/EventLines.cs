using System.Globalization;
using System.Text;
using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Net;
using LightMq.Service;
using Microsoft.Extensions.Logging;

namespace LightMq.Host;

/// <summary>
/// The engine's events as log lines. Names that peers chose are cleaned, so that they forge no lines and move
/// no cursor; refusals are bounded to one line per address and minute, so that a flood of wrong logins fills
/// no disk. Called by the loop alone.
/// </summary>
internal sealed class EventLines(ILogger log, TimeProvider time)
{
    private const int TextLengthMax = 256;
    private const int AddressesMax = 1_024;

    private readonly Dictionary<(Enum, string), LineLimit> _refusals = [];
    // Whom the last line on peers below MQTT was about: what follows from that needs none of its own.
    private string _turnedAway = "";

    /// <summary>Logs one event.</summary>
    public void Write(in BrokerEvent happened)
    {
        var client = Clean(happened.ClientId);
        var detail = Clean(happened.Detail);
        switch (happened.Kind)
        {
            case BrokerEventKind.ClientConnected:
                Log.ClientConnected(log, client, happened.RemoteAddress, detail);
                break;
            case BrokerEventKind.ClientClosed:
                Log.ClientClosed(log, client, happened.RemoteAddress, detail);
                break;
            case BrokerEventKind.ClientExpelled:
                if (happened.RemoteAddress != _turnedAway
                    && LimitOf(happened.Reason ?? default, happened.RemoteAddress).IsDue(out var more))
                    Log.ClientExpelled(log, client, happened.RemoteAddress, detail, more);
                else Log.ClientClosed(log, client, happened.RemoteAddress, detail);
                break;
            case BrokerEventKind.ConnectRefused or BrokerEventKind.Refused:
                if (LimitOf(happened.Kind, happened.RemoteAddress).IsDue(out var held))
                    Log.Refused(log, client, happened.RemoteAddress, detail, held);
                else Log.RefusedAgain(log, client, happened.RemoteAddress, detail);
                break;
            case BrokerEventKind.QuotaAlarm when happened.Use is { IsAlarmed: true }:
                Log.AlarmRaised(log, detail);
                break;
            case BrokerEventKind.QuotaAlarm:
                Log.AlarmCleared(log, detail);
                break;
            case BrokerEventKind.RegistryChanged:
                Log.RegistryChanged(log, detail);
                break;
            default:
                Log.Noted(log, happened.Kind, client, detail);
                break;
        }
    }

    /// <summary>A peer did not come as far as MQTT.</summary>
    public void TurnedAway(Connection connection, Refusal refusal, string detail)
    {
        var address = _turnedAway = connection.RemoteAddress;
        var listener = connection.Listener.Name;
        detail = detail.Length == 0 ? WordsFor(refusal) : Clean(detail);
        if (LimitOf(refusal, address).IsDue(out var held))
            Log.TurnedAway(log, address, listener, refusal, detail, held);
        else Log.TurnedAwayAgain(log, address, listener, refusal, detail);
    }

    /// <summary>Control, format and line-parting characters become \u escapes; what is long is cut.</summary>
    public static string Clean(string text)
    {
        if (text.Length <= TextLengthMax && !text.Any(IsUnsafe)) return text;
        var clean = new StringBuilder();
        foreach (var letter in text.AsSpan(0, Math.Min(text.Length, TextLengthMax)))
        {
            if (IsUnsafe(letter)) clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            else clean.Append(letter);
        }
        if (text.Length > TextLengthMax) clean.Append('…');
        return clean.ToString();
    }

    private static bool IsUnsafe(char letter) => char.GetUnicodeCategory(letter) is UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    /// <summary>What a person should do about it, where the bytes alone say what is wrong.</summary>
    private static string WordsFor(Refusal refusal) => refusal switch
    {
        Refusal.HttpBytes => "it speaks HTTP, but this port speaks MQTT; browsers and WebSocket clients need "
            + "a ws:// or wss:// listener",
        Refusal.TlsBytes => "it speaks TLS, but this port does not: clients with TLS need a tls:// or wss:// "
            + "listener",
        Refusal.PlainBytes => "it speaks MQTT without TLS, but this port needs TLS",
        Refusal.Garbage => "it speaks neither TLS nor MQTT",
        _ => "no more is known",
    };

    private LineLimit LimitOf(Enum kind, string remoteAddress)
    {
        // Each connection has a port of its own; the flood is the address's.
        var colon = remoteAddress.LastIndexOf(':');
        var key = (kind, colon > 0 ? remoteAddress[..colon] : remoteAddress);
        if (_refusals.TryGetValue(key, out var limit)) return limit;
        if (_refusals.Count >= AddressesMax) _refusals.Clear();
        return _refusals[key] = new LineLimit(time);
    }
}
