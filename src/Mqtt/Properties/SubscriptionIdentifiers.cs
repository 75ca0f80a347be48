namespace LightMq.Mqtt;

/// <summary>The subscriptions a server's PUBLISH names, in order; for <c>foreach</c>.</summary>
public ref struct SubscriptionIdentifiers
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Takes a block that was checked.</summary>
    internal SubscriptionIdentifiers(ReadOnlySpan<byte> properties) => _rest = properties;

    /// <summary>The one that stands here.</summary>
    public uint Current { get; private set; }

    /// <summary>Goes to the next; false after the last.</summary>
    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            var isOne = _rest[0] == (byte)PropertyId.SubscriptionIdentifier;
            var size = PropertyReader.SizeOfFirst(_rest);
            if (isOne) Current = (uint)new BodyReader(_rest[1..]).VariableInteger("MQTT5-2.2.2.2");
            _rest = _rest[size..];
            if (isOne) return true;
        }
        return false;
    }

    /// <summary>Itself, at its start.</summary>
    public readonly SubscriptionIdentifiers GetEnumerator() => this;
}
