namespace LightMq.Central.Http;

/// <summary>A request is refused: an HTTP status, and in words what is wrong and what is allowed.</summary>
internal sealed class HttpRefusal(int status, string message) : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The time here, ms since 1970, where it helps; 0: not told.</summary>
    public long Time { get; init; }

    /// <summary>A value that is not allowed: names the key, the value and what is.</summary>
    public static HttpRefusal Wrong(string key, string? value, string allowed) => new(400,
        value is null ? $"{key} is missing; it takes {allowed}"
            : $"{key}: '{Short(value)}' is not {allowed}");

    /// <summary>A method that is not for this path.</summary>
    public static HttpRefusal Method(string method, string allowed) =>
        new(405, $"{Short(method)} is not for this path, which takes {allowed}");

    private static string Short(string value) => value.Length <= 64 ? value : value[..64] + "…";
}
