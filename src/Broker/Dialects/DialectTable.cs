using LightMq.Broker.Connections;
using LightMq.Broker.Registry;
using LightMq.Broker.Settings;

namespace LightMq.Broker.Dialects;

/// <summary>The rules that a connection is under: those of its listener.</summary>
internal sealed class DialectTable(BrokerOptions options, Register register)
{
    private readonly PlainDialect _plain = new(options);
    private readonly LmqDialect _lmq = new(options, register);

    /// <summary>
    /// Whether a topic or filter has more levels than the options allow: walking the tree stays bounded.
    /// </summary>
    public bool IsTooDeep(ReadOnlySpan<byte> topic) =>
        topic.Length >= options.TopicLevelsMax && topic.Count((byte)'/') >= options.TopicLevelsMax;

    public DialectRules this[Connection connection] =>
        connection.Listener.Dialect == Dialect.Plain ? _plain : _lmq;
}
