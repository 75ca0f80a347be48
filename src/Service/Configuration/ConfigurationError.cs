namespace LightMq.Service.Configuration;

/// <summary>A setting is wrong: one line naming the key, its value and what is allowed.</summary>
/// <param name="key">The key, with colons: <c>Store:AckHoldMilliseconds</c>.</param>
/// <param name="message">What is wrong and what is allowed.</param>
public sealed class ConfigurationError(string key, string message) : Exception($"{key}: {message}")
{
    /// <summary>The key at fault.</summary>
    public string Key { get; } = key;

    /// <summary>What is wrong with it, without the key.</summary>
    public string Complaint { get; } = message;
}
