using System.Text;
using LightMq.Broker.Settings;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Host.Configuration;

/// <summary>
/// What names and values of the registry may be, in the configuration and in the admin API alike, each with
/// the words that say so.
/// </summary>
public static class RegistryRules
{
    /// <summary>Entries of one kind.</summary>
    public const int EntriesMax = 10_000;

    /// <summary>For <see cref="IsKey"/>.</summary>
    public const string KeyAllowed = "a text of 1 to 64 visible characters";
    /// <summary>For <see cref="IsSecret"/>.</summary>
    public const string SecretAllowed = "a text of 1 to 256 characters";
    /// <summary>For <see cref="IsGroup"/>.</summary>
    public const string GroupAllowed = "GID_ and letters or digits, 7 to 32 characters (LMQ-ID-2)";
    /// <summary>For <see cref="IsTopic"/>.</summary>
    public const string TopicAllowed = "one topic level without wildcards, at most 64 characters (LMQ-ID-3)";
    /// <summary>For <see cref="TryType"/>.</summary>
    public const string TypeAllowed = "one of normal, partition-ordered, globally-ordered";
    /// <summary>For <see cref="TryAccess"/>.</summary>
    public const string AccessAllowed = "one of read, write, readwrite";

    /// <summary>Name of an access key.</summary>
    public static bool IsKey(string text) =>
        text.Length is > 0 and <= 64 && text.All(static letter => letter is > ' ' and < (char)127);

    /// <summary>Secret of an access key.</summary>
    public static bool IsSecret(string text) => text.Length is > 0 and <= 256;

    /// <summary>Name of a group.</summary>
    public static bool IsGroup(string text) => ClientIdName.IsGroupWellFormed(Encoding.UTF8.GetBytes(text));

    /// <summary>Name of a parent topic.</summary>
    public static bool IsTopic(string text) => text.Length is > 0 and <= 64 && !text.Contains('/')
        && !text.StartsWith('$') && Topics.IsValidName(Encoding.UTF8.GetBytes(text));

    /// <summary>A topic's type by its word.</summary>
    public static bool TryType(string word, out TopicType type)
    {
        for (type = TopicType.Normal; type <= TopicType.GloballyOrdered; type++)
            if (word == WordOf(type)) return true;
        return false;
    }

    /// <summary>The word of a type.</summary>
    public static string WordOf(TopicType type) => type switch
    {
        TopicType.PartitionOrdered => "partition-ordered",
        TopicType.GloballyOrdered => "globally-ordered",
        _ => "normal",
    };

    /// <summary>What a grant allows, by its word.</summary>
    public static bool TryAccess(string word, out bool read, out bool write)
    {
        read = word is "read" or "readwrite";
        write = word is "write" or "readwrite";
        return read || write;
    }

    /// <summary>The word of what a grant allows.</summary>
    public static string WordOf(TopicGrant grant) =>
        !grant.Write ? "read" : grant.Read ? "readwrite" : "write";
}
