using System.Diagnostics;

namespace LightMq.Process.Clients;

/// <summary>A program of somebody else's.</summary>
internal sealed class Tool : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly System.Diagnostics.Process _process;
    private readonly Task<string> _errors;

    private Tool(System.Diagnostics.Process process) =>
        (_process, _errors) = (process, process.StandardError.ReadToEndAsync());

    public static Tool Start(string program, IEnumerable<string> arguments, string? nodePath = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        if (nodePath is not null) start.Environment["NODE_PATH"] = nodePath;
        return new Tool(System.Diagnostics.Process.Start(start)!);
    }

    /// <summary>Runs to the end; fails unless it exits with 0.</summary>
    public static Task<string> Run(string program, params string[] arguments) =>
        RunWith(null, program, arguments);

    /// <summary>The same, with node's modules in a folder.</summary>
    public static async Task<string> RunWith(string? nodePath, string program, string[] arguments)
    {
        using var tool = Start(program, arguments, nodePath);
        return await tool.Rest();
    }

    /// <summary>The next line it prints.</summary>
    public async Task<string> Line() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience)
        ?? throw new InvalidOperationException($"{_process.StartInfo.FileName} ended: {await _errors}");

    /// <summary>What it prints until it ends, which must be well.</summary>
    public async Task<string> Rest()
    {
        var output = await _process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await Finish();
        return output;
    }

    public async Task Finish()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        if (_process.ExitCode == 0) return;
        throw new InvalidOperationException(
            $"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)}: "
            + $"exit {_process.ExitCode}: {await _errors}");
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
