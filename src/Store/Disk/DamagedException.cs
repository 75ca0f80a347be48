namespace LightMq.Store.Disk;

/// <summary>What was read is not what was written. Opening the store again salvages what verifies.</summary>
internal sealed class DamagedException(string message) : IOException(message);
