using LightMq.Broker.Settings;
using LightMq.Host.Configuration;

namespace LightMq.Host.Admin;

/// <summary>One quota; what is in use is given, and passed over where it is taken.</summary>
internal sealed record QuotaBody(int Max = 0, int AlarmPercent = Quota.AlarmPercentUsual,
    long? Used = null, bool? IsAlarmed = null);

/// <summary>All quotas (LMQ-LIM-2).</summary>
internal sealed record QuotasBody(string? Kind = null, QuotaBody? Connections = null,
    QuotaBody? MessagesPerSecond = null, QuotaBody? Subscriptions = null)
{
    /// <summary>What is in force, and how much of it is in use.</summary>
    public static QuotasBody Of(InstanceQuotas quotas, IReadOnlyList<QuotaUse> uses) => new(
        QuotaReader.Kinds.First(kind => kind.Value == quotas.Kind).Word,
        Of(quotas, uses, Metered.Connections), Of(quotas, uses, Metered.MessagesPerSecond),
        Of(quotas, uses, Metered.Subscriptions));

    /// <summary>What it says; a quota that is left out is none.</summary>
    /// <exception cref="AdminError">A value that is not allowed.</exception>
    public InstanceQuotas Read()
    {
        var words = string.Join(" or ", QuotaReader.Kinds.Select(static kind => kind.Word));
        var word = Kind ?? QuotaReader.Kinds[0].Word;
        var kind = Array.FindIndex(QuotaReader.Kinds, one => one.Word == word);
        if (kind < 0) throw AdminError.Wrong("kind", word, words);
        return new InstanceQuotas
        {
            Kind = QuotaReader.Kinds[kind].Value,
            Connections = Read(Connections, "connections"),
            MessagesPerSecond = Read(MessagesPerSecond, "messagesPerSecond"),
            Subscriptions = Read(Subscriptions, "subscriptions"),
        };
    }

    private static QuotaBody Of(InstanceQuotas quotas, IReadOnlyList<QuotaUse> uses, Metered metered)
    {
        var use = uses.FirstOrDefault(one => one.Metered == metered);
        return new QuotaBody(quotas[metered].Max, quotas[metered].AlarmPercent, use.Used, use.IsAlarmed);
    }

    private static Quota Read(QuotaBody? body, string key)
    {
        if (body is null) return new Quota(0);
        if (body.Max is < 0 or > Quota.MaxMax)
            throw AdminError.Wrong($"{key}.max", $"{body.Max}", $"a whole number from 0 to {Quota.MaxMax}");
        if (body.AlarmPercent is < 0 or > 100)
            throw AdminError.Wrong(
                $"{key}.alarmPercent", $"{body.AlarmPercent}", "a whole number from 0 to 100");
        return new Quota(body.Max, body.AlarmPercent);
    }
}
