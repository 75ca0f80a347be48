using System.Text;
using LightMq.Broker.Sessions;
using LightMq.Mqtt;

namespace LightMq.Broker.Durability;

/// <summary>The stored form of a session (docs/FORMATS.md, "Sessions").</summary>
internal static class SessionRecord
{
    private const byte Version = 1, CleanFlag = 1, WillFlag = 2, RetainFlag = 4;
    // The record goes on with what MQTT 5.0 added.
    private const byte ModernFlag = 8;
    private const byte LmqFlag = 16;
    // The record ends with the installations of a gateway.
    private const byte InstallationFlag = 32;
    private const byte ConfiguredFlag = 4;

    public static void Write(ByteWriter to, Session session)
    {
        to.U8(Version);
        var will = session.Will;
        to.U8((byte)((session.IsClean ? CleanFlag : 0) | (will is null ? 0 : WillFlag)
            | (will?.Retain == true ? RetainFlag : 0) | ModernFlag | (session.IsLmq ? LmqFlag : 0)
            | (session.Installation.Length > 0 ? InstallationFlag : 0)));
        to.Short(session.ClientId);
        to.Short(Encoding.UTF8.GetBytes(session.Owner));
        to.I32(session.Subscriptions.Count);
        foreach (var subscription in session.Subscriptions)
        {
            to.U8((byte)(subscription.Qos | (subscription.IsConfigured ? ConfiguredFlag : 0)));
            to.Short(subscription.Filter);
        }
        if (will is not null)
        {
            to.U8(will.Qos);
            to.Short(will.Topic);
            to.Short(will.Payload);
        }
        WriteModern(to, session);
        if (session.Installation.Length == 0) return;
        to.Short(Encoding.UTF8.GetBytes(session.Installation));
        to.I32(session.Superseded.Count);
        foreach (var installation in session.Superseded) to.Short(Encoding.UTF8.GetBytes(installation));
    }

    private static void WriteModern(ByteWriter to, Session session)
    {
        to.I32((int)session.ExpirySeconds);
        to.I64(session.OfflineSince);
        foreach (var subscription in session.Subscriptions)
        {
            to.U8(subscription.Options.Value);
            to.I32((int)subscription.Identifier);
        }
        if (session.Will is not { } will) return;
        to.Long(will.Properties);
        to.I64(will.ExpirySeconds ?? -1L);
        to.I32((int)will.DelaySeconds);
    }

    private static void ReadModern(ref ByteReader from, Session session)
    {
        session.ExpirySeconds = (uint)from.I32();
        session.OfflineSince = from.I64();
        for (var i = 0; i < session.Subscriptions.Count; i++)
        {
            var options = new SubscriptionOptions(from.U8());
            session.SetSubscription(
                session.Subscriptions[i] with { Options = options, Identifier = (uint)from.I32() });
        }
        if (session.Will is not { } will) return;
        var properties = from.Long().ToArray();
        var expiry = from.I64();
        session.Will = will with
        {
            Properties = properties,
            ExpirySeconds = expiry < 0 ? null : (uint)expiry,
            DelaySeconds = (uint)from.I32(),
        };
    }

    /// <summary>Reads a session back into the table.</summary>
    public static Session Read(int number, ReadOnlySpan<byte> value, SessionTable sessions, int window)
    {
        var from = new ByteReader(value);
        if (from.U8() != Version) throw new FormatException("a stored session has an unknown version");
        var flags = from.U8();
        var clientId = from.Short();
        if (sessions.Find(clientId) is not null) throw new FormatException("a client id stands twice");
        var session = sessions.Add(number, clientId, (flags & CleanFlag) != 0, window);
        session.Owner = Encoding.UTF8.GetString(from.Short());
        session.IsStored = true;
        session.IsLmq = (flags & LmqFlag) != 0;
        session.IsRecovered = true;
        for (var left = from.I32(); left > 0; left--)
        {
            var qos = from.U8();
            session.SetSubscription(new Subscription(
                from.Short().ToArray(), new SubscriptionOptions((byte)(qos & 3)),
                IsConfigured: (qos & ConfiguredFlag) != 0));
        }
        if ((flags & WillFlag) != 0)
        {
            var willQos = from.U8();
            session.Will = new Will(from.Short().ToArray(), [], from.Short().ToArray(), willQos,
                (flags & RetainFlag) != 0);
        }
        if ((flags & ModernFlag) != 0) ReadModern(ref from, session);
        if ((flags & InstallationFlag) == 0) return session;
        session.Installation = Encoding.UTF8.GetString(from.Short());
        for (var left = from.I32(); left > 0; left--)
            session.Superseded.Add(Encoding.UTF8.GetString(from.Short()));
        return session;
    }
}
