using System.Text;
using LightMq.Broker.Messages;
using LightMq.Broker.Settings;
using LightMq.Lmq;

namespace LightMq.Broker.Bridges;

/// <summary>The LMQ names under which stock sensors go up to one bridge (LMQ-AUTH-5).</summary>
internal sealed class SensorNames
{
    private readonly SensorRule[] _rules;
    private readonly byte[] _prefix;
    private byte[] _client = new byte[128];
    private byte[] _topic = new byte[256];

    public SensorNames(SensorOptions options)
    {
        _rules = [.. options.Topics.Select(static rule => new SensorRule(rule))];
        _prefix = Encoding.UTF8.GetBytes($"{options.Group}@@@");
    }

    /// <summary>The client id to name to the bridge; valid until the next call.</summary>
    public ReadOnlySpan<byte> ClientOf(Publisher publisher)
    {
        var id = publisher.ClientId;
        if (publisher.IsLmq) return id;
        var length = _prefix.Length + id.Length;
        if (_client.Length < length) _client = new byte[length * 2];
        _prefix.CopyTo(_client, 0);
        id.CopyTo(_client, _prefix.Length);
        return _client.AsSpan(0, length);
    }

    /// <summary>The topic to send to the bridge; valid until the next call.</summary>
    public ReadOnlySpan<byte> TopicOf(Publisher publisher, ReadOnlySpan<byte> topic)
    {
        if (publisher.IsLmq) return topic;
        foreach (var rule in _rules)
        {
            if (!rule.Matches(topic)) continue;
            var bytesMax = rule.BytesMax(topic);
            if (_topic.Length < bytesMax) _topic = new byte[bytesMax];
            return _topic.AsSpan(0, rule.Write(topic, _topic));
        }
        return topic;
    }

    /// <summary>Why a message has no name at the other end; null: it has one.</summary>
    public string? FindFault(Publisher publisher, ReadOnlySpan<byte> topic)
    {
        if (publisher.IsLmq)
            return publisher.ClientId.AsSpan().StartsWith(_prefix)
                ? "its id is of the group that sensors go up under, and could be taken for one of theirs"
                : null;
        if (!ClientIdName.TryParse(ClientOf(publisher), out _))
            return "with its group its id is not one of 64 visible characters";
        var named = TopicOf(publisher, topic);
        if (named.IsEmpty || named[0] == (byte)'$') return "its topic would be one that is not allowed";
        return TopicNames.IsLengthAllowed(named) ? null : "its topic would be over 64 characters";
    }
}
