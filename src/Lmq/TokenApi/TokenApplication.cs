using System.Globalization;
using System.Text;

namespace LightMq.Lmq;

/// <summary>What an app server asks of the auth server in <c>/token/apply</c> (LMQ-TOK-2).</summary>
/// <param name="Actions">What the token shall permit.</param>
/// <param name="Resources">Topics and MQTT filters, well-formed as <see cref="TokenResource"/> says.</param>
/// <param name="ExpiresMilliseconds">When it shall expire, ms since 1970.</param>
/// <param name="ClientId">The only client that may use it; null: any. Gateways' tokens must name theirs.
/// </param>
public sealed record TokenApplication(
    TokenActions Actions, IReadOnlyList<string> Resources, long ExpiresMilliseconds, string? ClientId = null)
{
    /// <summary>Shortest life of a token.</summary>
    public const int LifeMillisecondsMin = 60_000;

    /// <summary>The fields that carry it; signed yet they are not.</summary>
    public TokenFields Fields()
    {
        var fields = new TokenFields();
        fields.Add("actions", Actions == TokenActions.ReadWrite ? "R,W" : Actions.Text());
        fields.Add("resources", string.Join(',', Resources));
        fields.Add("expireTime", ExpiresMilliseconds.ToString(CultureInfo.InvariantCulture));
        fields.Add("proxyType", "MQTT");
        fields.Add("serviceName", "mq");
        if (ClientId != null) fields.Add("clientId", ClientId);
        return fields;
    }

    /// <summary>Reads the fields, as the auth server does, before it asks who signed them.</summary>
    /// <param name="fields">What came.</param>
    /// <param name="nowMilliseconds">The time, ms since 1970.</param>
    /// <param name="application">What is asked for.</param>
    /// <returns>Null, or what is wrong, for the answer's message: code 400.</returns>
    public static string? TryRead(TokenFields fields, long nowMilliseconds, out TokenApplication? application)
    {
        application = null;
        if (TokenRequest.Missing(TokenCall.Apply, fields) is { } missing) return $"{missing} is missing";
        if (fields["proxyType"] != "MQTT") return "proxyType must be MQTT";
        if (fields["serviceName"] != "mq") return "serviceName must be mq";
        if (!TokenActionsText.TryParseList(fields["actions"], out var actions))
            return "actions must be R, W, RW or a list of them between commas";
        var resources = fields["resources"]!.Split(',');
        if (resources.Length > TokenGrant.FiltersMax)
            return $"resources must be {TokenGrant.FiltersMax} topics at most";
        if (!resources.All(resource => TokenResource.IsWellFormed(Encoding.UTF8.GetBytes(resource))))
            return "resources must be topics or filters of 64 characters at most between commas";
        var isTime = long.TryParse(
            fields["expireTime"], NumberStyles.None, CultureInfo.InvariantCulture, out var expires);
        if (!isTime || expires > TokenGrant.MillisecondsMax)
            return "expireTime must be milliseconds since 1970";
        if (expires < nowMilliseconds + LifeMillisecondsMin)
            return $"expireTime must be at least {LifeMillisecondsMin / 1000} s ahead";
        var clientId = fields["clientId"];
        if (clientId != null && !ClientIdName.TryParse(Encoding.UTF8.GetBytes(clientId), out _))
            return "clientId must be GroupID@@@DeviceID";
        application = new TokenApplication(actions, resources, expires, clientId);
        return null;
    }
}
