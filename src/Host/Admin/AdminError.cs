namespace LightMq.Host.Admin;

/// <summary>A request is refused: an HTTP status, and in words what is wrong and what is allowed.</summary>
internal sealed class AdminError(int status, string message) : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>A value that is not allowed: names the key, the value and what is.</summary>
    public static AdminError Wrong(string key, string? value, string allowed) => new(400,
        value is null ? $"{key} is missing; it takes {allowed}" : $"{key}: '{value}' is not {allowed}");
}
