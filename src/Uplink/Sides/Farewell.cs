using System.Globalization;
using LightMq.Lmq;
using LightMq.Uplink.Bridging;
using LightMq.Uplink.Wire;
using MQTTnet.Packets;

namespace LightMq.Uplink.Sides;

/// <summary>What a peer says as it closes.</summary>
internal static class Farewell
{
    private const string Superseded = "superseded";
    private const int ReasonCharactersMax = 200;

    /// <summary>Whether a reason says that another installation took this one's place.</summary>
    public static bool IsSuperseded(string? reason) =>
        reason?.StartsWith(Superseded, StringComparison.Ordinal) == true;

    /// <summary>A reason code and string, for one line.</summary>
    public static string Text(int code, string? reason)
    {
        var hex = string.Create(CultureInfo.InvariantCulture, $"reason code 0x{code:x2}");
        if (string.IsNullOrEmpty(reason)) return hex;
        var line = new string([.. reason.Take(ReasonCharactersMax)
            .Select(static one => char.IsControl(one) ? ' ' : one)]);
        return $"{hex}, {line}";
    }

    /// <summary>A code of LMQ-TOK-8 in words.</summary>
    public static string OfToken(int code) => code switch
    {
        1 => "the token cannot be read, or its key is not known (code 1)",
        2 => "the token has expired (code 2)",
        3 => "the token is revoked (code 3)",
        4 => "the token does not cover the topic (code 4)",
        5 => "the token does not permit this (code 5)",
        8 => "the token's signature is wrong (code 8)",
        -1 => "the account is not permitted (code -1)",
        _ => string.Create(CultureInfo.InvariantCulture, $"the token is refused (code {code})"),
    };

    /// <summary>Why a connection to the central ended, for the bridge.</summary>
    /// <param name="error">What was seen of it.</param>
    /// <param name="goodbye">The DISCONNECT that came before, if one did.</param>
    public static CloseCause Cause(LinkError error, MqttDisconnectPacket? goodbye)
    {
        if (goodbye is null)
            return new CloseCause(error.Fault == LinkFault.ClosedByPeer ? CloseKind.ByPeer : CloseKind.Lost);
        var code = (byte)goodbye.ReasonCode;
        if (IsSuperseded(goodbye.ReasonString)) return new CloseCause(CloseKind.Superseded, code);
        if (StreamHole.TryParse(goodbye.ReasonString ?? "", out var hole))
            return new CloseCause(CloseKind.Hole, code, hole.Client, hole.Epoch.ToString(), hole.Wanted);
        return new CloseCause(CloseCause.IsOfMessage(code) ? CloseKind.Refused : CloseKind.Lost, code);
    }
}
