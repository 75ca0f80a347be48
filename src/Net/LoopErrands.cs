using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Broker.Settings;
using LightMq.Broker.Streams;

namespace LightMq.Net;

// What the engine asks of other threads and tells the host: passed on as it is.
public sealed unsafe partial class Loop
{
    /// <inheritdoc/>
    public void Load(int slot) => _workers.Load(slot);

    /// <inheritdoc/>
    public void CheckPassword(Connection connection, PasswordHash hash, byte[] password) =>
        _workers.CheckPassword(connection, hash, password);

    /// <inheritdoc/>
    public void CheckToken(Connection connection, byte[] token) => _workers.CheckToken(connection, token);

    /// <inheritdoc/>
    public void Keep(in CoreEntry entry, long number) => _workers.Keep(entry, number);

    /// <inheritdoc/>
    public void Answered(CentralRequest request, string refusal) => _events.Answered(request, refusal);

    /// <inheritdoc/>
    public void RegistryStored(RegistryChange change) => _events.RegistryStored(change);

    /// <inheritdoc/>
    public void Report(in BrokerEvent happened) => _events.Happened(happened);
}
