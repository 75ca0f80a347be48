using LightMq.Broker.Settings;
using LightMq.Lmq;

namespace LightMq.Central.Devices;

/// <summary>What one gateway's tokens grant, in the place of what its group has.</summary>
/// <param name="ClientId">The gateway.</param>
/// <param name="Grants">Parent topics, with what is under them.</param>
public sealed record GatewayGrants(string ClientId, IReadOnlyList<TopicGrant> Grants);

/// <summary>
/// What a device's tokens are to say: what is configured for it, else what its group is granted. A token has
/// one kind of access for all its topics, so there may be up to three.
/// </summary>
internal sealed class DeviceGrants(IReadOnlyList<GatewayGrants> configured, Func<LmqRegistry> registry)
{
    private readonly Dictionary<string, GatewayGrants> _configured =
        configured.ToDictionary(static one => one.ClientId, StringComparer.Ordinal);

    /// <summary>Access and filters, what grants most first.</summary>
    /// <param name="clientId">The device, well-formed.</param>
    /// <returns>Null: its group is not registered.</returns>
    public List<(TokenActions Actions, List<string> Filters)>? Of(string clientId)
    {
        var group = clientId[..clientId.IndexOf("@@@", StringComparison.Ordinal)];
        if (registry().Groups.FirstOrDefault(one => one.Name == group) is not { } known) return null;
        var grants = _configured.TryGetValue(clientId, out var own) ? own.Grants : known.Grants;
        if (grants is null) return [(TokenActions.ReadWrite, ["#"])];
        return
        [
            .. grants.Where(static grant => grant.Read || grant.Write)
                .GroupBy(static grant => ActionsOf(grant))
                .OrderByDescending(static same => (int)same.Key)
                .Select(static same => (same.Key, same.Select(static one => one.Topic + "/#").ToList())),
        ];
    }

    private static TokenActions ActionsOf(TopicGrant grant) =>
        (grant.Read ? TokenActions.Read : 0) | (grant.Write ? TokenActions.Write : 0);
}
