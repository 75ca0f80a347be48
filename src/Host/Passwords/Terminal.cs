using System.Runtime.InteropServices;
using System.Text;

namespace LightMq.Host.Passwords;

/// <summary>
/// Asks for a password on the terminal without showing it. The console's own reading turns the echo off only
/// once it reads, so that what is typed quickly would be seen.
/// </summary>
internal static unsafe partial class Terminal
{
    // termios(3) on Linux: four flag words of 32 bits, the local flags last.
    private const int TermiosBytes = 64, LocalFlags = 3;
    private const uint Echo = 0x8;
    private const int Flush = 2;

    /// <summary>One line, prompted on standard error, so that standard output holds only the hash.</summary>
    public static string? AskPassword()
    {
        using var terminal =
            new FileStream("/dev/tty", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
        var fd = (int)terminal.SafeFileHandle.DangerousGetHandle();
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => SetEcho(fd, true));
        SetEcho(fd, false);
        try
        {
            Console.Error.Write("Password: ");
            using var reader = new StreamReader(terminal, Encoding.UTF8, false, 256, leaveOpen: true);
            return reader.ReadLine();
        }
        finally
        {
            SetEcho(fd, true);
            Console.Error.WriteLine();
        }
    }

    private static void SetEcho(int fd, bool on)
    {
        var settings = stackalloc uint[TermiosBytes / sizeof(uint)];
        if (TcGetAttr(fd, settings) != 0) return;
        settings[LocalFlags] = on ? settings[LocalFlags] | Echo : settings[LocalFlags] & ~Echo;
        _ = TcSetAttr(fd, Flush, settings);
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int TcGetAttr(int fd, void* settings);
    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int TcSetAttr(int fd, int when, void* settings);
}
