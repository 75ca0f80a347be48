using System.Buffers.Text;
using System.Globalization;
using System.Text.Unicode;
using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Registry;
using LightMq.Broker.Settings;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Bridges;

/// <summary>Writes stamps as user properties, behind those that a message brought (LMQ-CORE-4).</summary>
internal sealed class StampWriter(Journal journal, Register register)
{
    // All names, and all values but client id and key, with the five bytes around each.
    private const int StampBytesMax = 512;

    private readonly byte[] _text = new byte[64];
    private byte[] _bytes = new byte[1_024];
    private Epoch? _epoch;
    private byte[] _epochText = [];

    /// <summary>Gives properties and stamp; valid until the next call.</summary>
    /// <param name="stamp">What is told.</param>
    /// <param name="client">Client id to name.</param>
    /// <param name="topic">Topic that the bridge gets.</param>
    /// <param name="properties">What the message brought.</param>
    public ReadOnlySpan<byte> Write(in Stamp stamp, ReadOnlySpan<byte> client, ReadOnlySpan<byte> topic,
        ReadOnlySpan<byte> properties)
    {
        var epoch = stamp.Epoch ?? journal.Epoch;
        var key = KeyOf(topic, client);
        var room = properties.Length + StampBytesMax + client.Length + key.Length;
        if (_bytes.Length < room) _bytes = new byte[room * 2];
        properties.CopyTo(_bytes);
        var at = properties.Length;
        Put(ref at, BridgeProperties.Client, client);
        if (stamp.Origin.Channel > 0)
            Put(ref at, BridgeProperties.Channel, ChannelOf(epoch, stamp.Origin.Channel));
        Put(ref at, BridgeProperties.Epoch, TextOf(epoch));
        if (stamp.Number > 0) Put(ref at, BridgeProperties.Sequence, TextOf(stamp.Number));
        if (!key.IsEmpty) Put(ref at, BridgeProperties.Key, key);
        if (stamp.OrderNumber > 0) Put(ref at, BridgeProperties.Order, TextOf(stamp.OrderNumber));
        PutTime(ref at, stamp.Origin);
        if (TopicNames.TryPeer(topic, out _, out _))
            Put(ref at, BridgeProperties.Clean, stamp.Origin.CleanSession ? "true"u8 : "false"u8);
        return _bytes.AsSpan(0, at);
    }

    /// <summary>Gives properties and the sender's cleanSession; valid until the next call.</summary>
    public ReadOnlySpan<byte> WriteClean(bool isClean, ReadOnlySpan<byte> properties)
    {
        if (_bytes.Length < properties.Length + StampBytesMax)
            _bytes = new byte[properties.Length * 2 + StampBytesMax];
        properties.CopyTo(_bytes);
        var at = properties.Length;
        Put(ref at, BridgeProperties.Clean, isClean ? "true"u8 : "false"u8);
        return _bytes.AsSpan(0, at);
    }

    /// <summary>
    /// What the core keeps in order with each other: all of one client (LMQ-ORD-3), or a whole topic that is
    /// globally ordered (LMQ-ORD-2); empty: nothing, of a topic that is spread.
    /// </summary>
    public ReadOnlySpan<byte> KeyOf(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> client)
    {
        var parent = TopicNames.Parent(topic);
        return register.FindTopic(parent) switch
        {
            { Type: TopicType.GloballyOrdered } => parent,
            { Type: TopicType.Normal, Spread: true } => default,
            _ => client,
        };
    }

    private ReadOnlySpan<byte> ChannelOf(Epoch epoch, long connection)
    {
        Utf8.TryWrite(
            _text, CultureInfo.InvariantCulture, $"{epoch.ChannelOf(connection):x32}", out var bytes);
        return _text.AsSpan(0, bytes);
    }

    private ReadOnlySpan<byte> TextOf(long number)
    {
        Utf8Formatter.TryFormat(number, _text, out var bytes);
        return _text.AsSpan(0, bytes);
    }

    private void PutTime(ref int at, in Origin origin)
    {
        var time = new ReceiptTime(Math.Max(0, origin.UnixMilliseconds), origin.ClockTrusted);
        Put(ref at, BridgeProperties.Time, _text.AsSpan(0, time.Write(_text)));
    }

    private ReadOnlySpan<byte> TextOf(Epoch epoch)
    {
        if (epoch == _epoch) return _epochText;
        var text = epoch.Text;
        _epoch = epoch;
        _epochText = _text.AsSpan(0, text.Write(_text)).ToArray();
        return _epochText;
    }

    private void Put(ref int at, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        at += PropertyWriter.UserProperty(_bytes.AsSpan(at), name, value);
}
