using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Registry;
using LightMq.Broker.Settings;

namespace LightMq.Broker.Flows;

/// <summary>
/// Changes of the registry while the broker runs (LMQ-ID-6): they count at once, for connections that are
/// open too, and are answered once they are durable. They win over the configuration at later starts.
/// </summary>
internal sealed class Registering(
    Turn turn, Register register, ConnectionTable connections, Journal journal, Closing closing,
    Granting granting)
{
    private readonly ByteWriter _scratch = new();
    private readonly List<Connection> _looked = [];

    /// <summary>Makes a change.</summary>
    public void Take(RegistryChange change)
    {
        var key = register.Apply(change, out var isKept);
        if (key > 0) Store(key, isKept ? change : null);
        Enforce(change);
        turn.Report(BrokerEventKind.RegistryChanged, "", null,
            $"{change.Kind} {change.Name} {(change.IsRemoval ? "removed" : "set")}");
        journal.Confirm(new Confirmation(ConfirmationKind.Registry, null, null, Change: change));
    }

    /// <summary>A change is durable.</summary>
    public void Stored(RegistryChange change) => turn.Effects.RegistryStored(change);

    /// <summary>The store lost its values: all of them again.</summary>
    public void StoreAll()
    {
        foreach (var (key, change) in register.Stored) Store(key, change);
    }

    /// <summary>At the start: says what stands over the configuration.</summary>
    public void TellOverrides()
    {
        var names = register.Stored.Select(entry =>
            $"{(entry.Change.IsRemoval ? "no " : "")}{entry.Change.Kind} {entry.Change.Name}").ToArray();
        if (names.Length == 0) return;
        turn.Report(BrokerEventKind.RegistryChanged, "", null,
            $"{names.Length} entries changed while running stand over the configuration: "
            + string.Join(", ", names.Take(8)));
    }

    private void Store(int key, RegistryChange? change)
    {
        _scratch.Reset();
        if (change is null) journal.Delete(StoreCollection.Registry, key);
        else RegistryRecord.Write(_scratch, change);
        if (change is not null) journal.Put(StoreCollection.Registry, key, _scratch.Written);
    }

    private void Enforce(RegistryChange change)
    {
        _looked.Clear();
        _looked.AddRange(connections.Open);
        var name = Encoding.UTF8.GetBytes(change.Name);
        foreach (var connection in _looked)
        {
            if (connection is not { IsClosed: false, Login.Pass: { } pass }) continue;
            if (change.Kind == RegistryKind.AccessKey)
            {
                if (pass.Key == change.Name
                    && (change.AccessKey is not { } key || !Register.MayUse(key, pass.Group)))
                    Close(connection, "its access key was removed, or taken from its group");
                continue;
            }
            if (change.Kind == RegistryKind.Group && !pass.Group.AsSpan().SequenceEqual(name)) continue;
            if (change.Kind == RegistryKind.Group && change.IsRemoval)
                Close(connection, "its group was removed");
            else if (connection.Session is { } session) granting.DropUngranted(session, connection);
        }
        _looked.Clear();
    }

    private void Close(Connection connection, string cause)
    {
        turn.Counters.Refuse(RefusalCause.Group);
        closing.Close(connection, CloseReason.NotAuthorized, cause);
    }
}
