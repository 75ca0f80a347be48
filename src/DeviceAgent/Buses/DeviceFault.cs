namespace LightMq.DeviceAgent.Buses;

/// <summary>A device does not do what it should: it is missing, refuses, or talks nonsense.</summary>
/// <param name="message">What is wrong, in one line.</param>
internal sealed class DeviceFault(string message) : IOException(message)
{
    /// <summary>
    /// Whether an exception is what a device or its driver makes of a call, and none of ours.
    /// <see cref="AggregateException"/> comes from waiting for a conversion.
    /// </summary>
    public static bool Is(Exception wrong) =>
        wrong is IOException or UnauthorizedAccessException or TimeoutException
            or PlatformNotSupportedException or DllNotFoundException or EntryPointNotFoundException;

    /// <summary>What it says, in one line.</summary>
    public static string Text(Exception wrong) => wrong switch
    {
        { InnerException: DllNotFoundException } or DllNotFoundException =>
            "the library libgpiod is not installed",
        FileNotFoundException or DirectoryNotFoundException => "the kernel does not show it",
        _ => wrong.Message.ReplaceLineEndings(" ").Trim(),
    };
}
