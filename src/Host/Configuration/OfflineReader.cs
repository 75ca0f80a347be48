using System.Text;
using LightMq.Broker.Settings;
using LightMq.Lmq;
using LightMq.Service.Configuration;

namespace LightMq.Host.Configuration;

/// <summary>Reads what becomes of messages that wait for clients of lmq listeners.</summary>
internal static class OfflineReader
{
    public static OfflineOptions Read(SettingsSection section)
    {
        var otherwise = new OfflineOptions();
        var pace = Pace(section, otherwise.Pace);
        var groups = new Dictionary<string, OfflinePace>(StringComparer.Ordinal);
        section.List("Groups", one =>
        {
            var group = one.Text("Group", "", "GID_ and letters or digits, 7 to 32 characters (LMQ-ID-2)",
                static text => ClientIdName.IsGroupWellFormed(Encoding.UTF8.GetBytes(text)));
            return groups.TryAdd(group, Pace(one, pace)) ? group
                : throw one.Wrong("Group", group, "unique: the group is there twice");
        });
        var options = otherwise with
        {
            Pace = pace,
            RetentionDays = section.Whole("RetentionDays", otherwise.RetentionDays, 1, 3_650),
        };
        section.RefuseOthers();
        return groups.Count == 0 ? options : options with { Groups = groups };
    }

    private static OfflinePace Pace(SettingsSection section, OfflinePace otherwise) => new(
        section.Whole("BatchMessages", otherwise.BatchMessages, 1, 10_000),
        section.Whole("BatchMilliseconds", otherwise.BatchMilliseconds, 10, 3_600_000),
        section.Whole("FirstMilliseconds", otherwise.FirstMilliseconds, 0, 3_600_000));
}
