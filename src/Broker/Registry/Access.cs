namespace LightMq.Broker.Registry;

/// <summary>What may be done on a topic.</summary>
[Flags]
internal enum Access : byte
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>Subscribe.</summary>
    Read = 1,
    /// <summary>Publish.</summary>
    Write = 2,
    /// <summary>Both.</summary>
    All = Read | Write,
}
