using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace LightMq.Cli.Board;

/// <summary>How a program of the system ended.</summary>
/// <param name="Status">Its exit status; 127: there is no such program; 124: it took too long.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error.</param>
internal sealed record ProgramResult(int Status, string Output, string Errors)
{
    /// <summary>The last line that says why it failed.</summary>
    public string Reason => Errors.Split('\n').Concat(Output.Split('\n')).Select(static line => line.Trim())
        .LastOrDefault(static line => line.Length > 0) ?? $"exit status {Status}";
}

/// <summary>Programs of the system, found by PATH: systemctl, rauc, mount.</summary>
internal static class Programs
{
    private const int Missing = 127, TooLong = 124, BytesMax = 1 << 20;

    /// <summary>Runs a program to its end.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="seconds">So long it may take, or be silent where its lines are asked for.</param>
    /// <param name="line">Gets each line of standard output as it comes; may be null.</param>
    public static ProgramResult Run(
        string name, IReadOnlyList<string> arguments, int seconds = 60, Action<string>? line = null)
    {
        var start = new ProcessStartInfo(name, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // What it says is read by us.
        start.Environment["LC_ALL"] = "C";
        try
        {
            using var process = Process.Start(start)!;
            return Follow(process, seconds, line);
        }
        catch (Win32Exception)
        {
            return new ProgramResult(Missing, "", $"there is no program {name}");
        }
    }

    private static ProgramResult Follow(Process process, int seconds, Action<string>? line)
    {
        var (output, errors) = (new StringBuilder(), new StringBuilder());
        var isSilent = false;
        process.OutputDataReceived += (_, said) =>
        {
            Volatile.Write(ref isSilent, false);
            Note(output, said.Data);
            if (said.Data is not null) line?.Invoke(said.Data);
        };
        process.ErrorDataReceived += (_, said) => Note(errors, said.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        do
        {
            Volatile.Write(ref isSilent, true);
            if (!process.WaitForExit(seconds * 1_000)) continue;
            // Waits for the last lines too.
            process.WaitForExit();
            lock (output) lock (errors)
                return new ProgramResult(process.ExitCode, output.ToString(), errors.ToString());
        }
        while (line is not null && !Volatile.Read(ref isSilent));
        process.Kill(entireProcessTree: true);
        lock (output) return new ProgramResult(TooLong, output.ToString(), $"nothing came for {seconds} s");
    }

    private static void Note(StringBuilder text, string? line)
    {
        if (line is null) return;
        lock (text)
            if (text.Length < BytesMax) text.Append(line).Append('\n');
    }
}
