namespace LightMq.Net.Linux;

/// <summary>Linux error numbers that the loop and the listener tell apart.</summary>
public static class Errno
{
    /// <summary>A signal came; ask again.</summary>
    public const int Interrupted = 4;
    /// <summary>Nothing to read, or no room to write, at present.</summary>
    public const int Again = 11;
    /// <summary>Not permitted, as for ports below 1024.</summary>
    public const int Access = 13;
    /// <summary>The system has no descriptor left.</summary>
    public const int SystemFilesExhausted = 23;
    /// <summary>The process has no descriptor left.</summary>
    public const int FilesExhausted = 24;
    /// <summary>The peer was gone before it was accepted.</summary>
    public const int ConnectionAborted = 103;
    /// <summary>Another socket listens there.</summary>
    public const int AddressInUse = 98;
    /// <summary>This machine does not have the address (yet).</summary>
    public const int AddressNotAvailable = 99;
    /// <summary>The kernel has no such address family, as without IPv6.</summary>
    public const int FamilyNotSupported = 97;
}
