namespace LightMq.Store;

/// <summary>
/// The store cannot be opened, for a reason only a person can remove. The message is one line that says what
/// is wrong and what to do.
/// </summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null)
    : Exception(message, inner);
