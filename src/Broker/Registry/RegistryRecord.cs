using System.Text;
using LightMq.Broker.Durability;
using LightMq.Broker.Settings;

namespace LightMq.Broker.Registry;

/// <summary>Stored form of a registry entry (docs/FORMATS.md, "Registry").</summary>
internal static class RegistryRecord
{
    private const byte Version = 1, RemovedFlag = 1, SpreadFlag = 2;
    private const int All = -1;

    public static void Write(ByteWriter to, RegistryChange change)
    {
        to.U8(Version);
        to.U8((byte)change.Kind);
        to.U8((byte)((change.IsRemoval ? RemovedFlag : 0) | (change.Topic?.Spread == true ? SpreadFlag : 0)));
        Text(to, change.Name);
        if (change.AccessKey is { } key) WriteKey(to, key);
        if (change.Group is { } group) WriteGroup(to, group);
        if (change.Topic is { } topic) to.U8((byte)topic.Type);
    }

    /// <summary>Reads an entry back.</summary>
    /// <param name="value">What was stored.</param>
    /// <param name="unseal">Gives a secret in clear.</param>
    public static RegistryChange Read(ReadOnlySpan<byte> value, Func<ReadOnlyMemory<byte>, string> unseal)
    {
        var from = new ByteReader(value);
        if (from.U8() != Version) throw new FormatException("a registry entry has an unknown version");
        var kind = (RegistryKind)from.U8();
        var flags = from.U8();
        var name = Text(from.Short());
        if ((flags & RemovedFlag) != 0) return RegistryChange.Remove(kind, name);
        switch (kind)
        {
            case RegistryKind.AccessKey:
                var sealedSecret = from.Short().ToArray();
                return RegistryChange.Put(
                    new AccessKey(name, unseal(sealedSecret), ReadTexts(ref from))
                    {
                        SealedSecret = sealedSecret,
                    });
            case RegistryKind.Group: return RegistryChange.Put(new LmqGroup(name, ReadGrants(ref from)));
            case RegistryKind.Topic:
                return RegistryChange.Put(
                    new ParentTopic(name, (TopicType)from.U8(), (flags & SpreadFlag) != 0));
            default: throw new FormatException($"a registry entry has an unknown kind {(byte)kind}");
        }
    }

    private static void WriteKey(ByteWriter to, AccessKey key)
    {
        to.Short(key.SealedSecret.Span);
        to.I32(key.Groups?.Count ?? All);
        foreach (var group in key.Groups ?? []) Text(to, group);
    }

    private static void WriteGroup(ByteWriter to, LmqGroup group)
    {
        to.I32(group.Grants?.Count ?? All);
        foreach (var grant in group.Grants ?? [])
        {
            Text(to, grant.Topic);
            to.U8((byte)Register.AccessIn(grant));
        }
    }

    private static List<string>? ReadTexts(ref ByteReader from)
    {
        var count = from.I32();
        if (count == All) return null;
        var texts = new List<string>();
        for (; count > 0; count--) texts.Add(Text(from.Short()));
        return texts;
    }

    private static List<TopicGrant>? ReadGrants(ref ByteReader from)
    {
        var count = from.I32();
        if (count == All) return null;
        var grants = new List<TopicGrant>();
        for (; count > 0; count--)
        {
            var topic = Text(from.Short());
            var access = (Access)from.U8();
            grants.Add(new TopicGrant(topic, (access & Access.Read) != 0, (access & Access.Write) != 0));
        }
        return grants;
    }

    private static void Text(ByteWriter to, string text) => to.Short(Encoding.UTF8.GetBytes(text));
    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
