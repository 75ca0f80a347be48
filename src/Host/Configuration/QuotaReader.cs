using LightMq.Broker.Settings;
using LightMq.Service.Configuration;

namespace LightMq.Host.Configuration;

/// <summary>Where alarms of quotas are posted.</summary>
/// <param name="Webhook">An http or https URL, which may hold a secret; empty: nowhere.</param>
public sealed record AlarmSettings(string Webhook)
{
    /// <summary>Names no URL: it may hold a secret.</summary>
    public override string ToString() =>
        Webhook.Length > 0 ? "AlarmSettings with a webhook" : "AlarmSettings";
}

/// <summary>Reads the quotas (LMQ-LIM-2) and where their alarms go (LMQ-LIM-4).</summary>
internal static class QuotaReader
{
    public static readonly (string Word, QuotaKind Value)[] Kinds =
        [("prepaid", QuotaKind.Prepaid), ("postpaid", QuotaKind.Postpaid)];

    /// <summary>The quotas as the configuration has them: the base of what the admin API changes.</summary>
    public static InstanceQuotas Read(SettingsSection section, out AlarmSettings alarms)
    {
        var quotas = new InstanceQuotas
        {
            Kind = section.Choice("Kind", QuotaKind.Prepaid, Kinds),
            Connections = QuotaOf(section, "Connections"),
            MessagesPerSecond = QuotaOf(section, "MessagesPerSecond"),
            Subscriptions = QuotaOf(section, "Subscriptions"),
        };
        alarms = new AlarmSettings(section.Secret("Webhook", "an http or https URL", IsUrl));
        section.RefuseOthers();
        return quotas;
    }

    private static Quota QuotaOf(SettingsSection section, string key) => new(
        section.Whole(key, 0, 0, Quota.MaxMax),
        section.Whole(key + "AlarmPercent", Quota.AlarmPercentUsual, 0, 100));

    private static bool IsUrl(string text) => text.Length == 0
        || (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https");
}
