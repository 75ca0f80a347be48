using LightMq.Broker.Connections;
using LightMq.Broker.Settings;

namespace LightMq.Broker.Dialects;

/// <summary>The rules that a connection is under: those of its listener.</summary>
internal sealed class DialectTable(BrokerOptions options, BytesComparer names)
{
    private readonly PlainDialect _plain = new(options);
    private readonly LmqDialect _lmq = new(options, names);

    public IDialect this[Connection connection] =>
        connection.Listener.Dialect == Dialect.Plain ? _plain : _lmq;
}
