using System.Text;
using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Broker.Bridges;

/// <summary>One rule for sensors' topics, taken apart once.</summary>
internal sealed class SensorRule
{
    private readonly byte[] _filter;
    private readonly Part[] _parts;

    /// <summary>A level of the topic that comes out.</summary>
    /// <param name="Text">What it is; null: what the wildcard matched.</param>
    /// <param name="Level">The wildcard's level in the filter.</param>
    /// <param name="IsRest">Whether all levels from there on are meant.</param>
    private readonly record struct Part(byte[]? Text, int Level, bool IsRest);

    public SensorRule(SensorTopic rule)
    {
        _filter = Encoding.UTF8.GetBytes(rule.Filter);
        var filter = rule.Filter.Split('/');
        var wild = 0;
        _parts = [.. rule.Topic.Split('/').Select(level => level switch
        {
            "+" => new Part(null, IndexOf(filter, "+", wild++), IsRest: false),
            "#" => new Part(null, IndexOf(filter, "#", 0), IsRest: true),
            _ => new Part(Encoding.UTF8.GetBytes(level), 0, IsRest: false),
        })];
    }

    public bool Matches(ReadOnlySpan<byte> topic) => Topics.Matches(_filter, topic);

    /// <summary>Bytes that <see cref="Write"/> may write.</summary>
    public int BytesMax(ReadOnlySpan<byte> topic) =>
        _parts.Sum(static part => (part.Text?.Length ?? 0) + 1) + topic.Length * _parts.Length;

    /// <summary>Writes the topic that a matching one becomes.</summary>
    public int Write(ReadOnlySpan<byte> topic, Span<byte> to)
    {
        var at = 0;
        foreach (var part in _parts)
        {
            ReadOnlySpan<byte> level = part.Text;
            // What # matched may be no level at all.
            if (part.Text is null && !TryLevel(topic, part, out level)) continue;
            if (at > 0) to[at++] = (byte)'/';
            level.CopyTo(to[at..]);
            at += level.Length;
        }
        return at;
    }

    private static bool TryLevel(ReadOnlySpan<byte> topic, scoped in Part part, out ReadOnlySpan<byte> level)
    {
        level = topic;
        for (var skip = part.Level; skip > 0; skip--)
        {
            var slash = level.IndexOf((byte)'/');
            if (slash < 0) return false;
            level = level[(slash + 1)..];
        }
        var end = part.IsRest ? -1 : level.IndexOf((byte)'/');
        if (end >= 0) level = level[..end];
        return true;
    }

    private static int IndexOf(string[] filter, string wildcard, int skip)
    {
        for (var i = 0; i < filter.Length; i++)
            if (filter[i] == wildcard && skip-- == 0) return i;
        throw new ArgumentException("a topic with more wildcards than its filter");
    }
}
