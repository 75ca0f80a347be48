namespace LightMq.Service;

/// <summary>How the process ends: the numbers of sysexits.h, documented in OPERATIONS.md.</summary>
public static class ExitCode
{
    /// <summary>Stopped as asked, after a last sync.</summary>
    public const int Done = 0;
    /// <summary>The command line cannot be understood.</summary>
    public const int Usage = 64;
    /// <summary>The address is taken by another program, or not (yet) this machine's.</summary>
    public const int AddressUnavailable = 69;
    /// <summary>Our own mistake.</summary>
    public const int Software = 70;
    /// <summary>The data directory cannot be made or written: a read-only disk.</summary>
    public const int CannotCreate = 73;
    /// <summary>The disk is full or broken.</summary>
    public const int Disk = 74;
    /// <summary>The store is in use by another process, or not ours.</summary>
    public const int StoreUnavailable = 75;
    /// <summary>The data directory or the port is not permitted to this user.</summary>
    public const int NoPermission = 77;
    /// <summary>The configuration is wrong.</summary>
    public const int Configuration = 78;
}

/// <summary>The process cannot start; the message is one line that says what to do.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
/// <param name="message">What is wrong and what to do, in one line.</param>
public sealed class StartFailure(int exitCode, string message) : Exception(message)
{
    /// <summary>The process's exit status.</summary>
    public int ExitCode { get; } = exitCode;
}
