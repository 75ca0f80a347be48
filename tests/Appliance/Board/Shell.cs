using System.Diagnostics;

namespace LightMq.Appliance.Board;

/// <summary>What ssh said.</summary>
internal sealed record ShellAnswer(int Status, string Output, string Errors);

/// <summary>Commands on the box over ssh, as an engineer gives them.</summary>
/// <param name="port">Where its port 22 can be reached.</param>
/// <param name="folder">Where the key is made.</param>
internal sealed class Shell(int port, string folder)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(240);
    private readonly string _key = MakeKey(folder);

    private static string[] Options =>
    [
        "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
        "-o", "ConnectTimeout=20", "-o", "BatchMode=yes",
        // A box that starts anew does not say goodbye.
        "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4",
    ];

    /// <summary>The public half, for lightmq.txt.</summary>
    public string PublicKey => File.ReadAllText(_key + ".pub").Trim();

    /// <summary>Runs a command that must end well.</summary>
    public async Task<string> Run(string command)
    {
        var answer = await TryRun(command);
        return answer.Status == 0 ? answer.Output : throw new InvalidOperationException(
            $"'{command}' ended with {answer.Status}: {answer.Output} {answer.Errors}");
    }

    /// <summary>Runs a command; 255: there is no connection.</summary>
    public async Task<ShellAnswer> TryRun(string command)
    {
        string[] arguments = [.. Options, "-i", _key, "-p", $"{port}", "root@127.0.0.1", command];
        using var ssh = System.Diagnostics.Process.Start(new ProcessStartInfo("ssh", arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var (output, errors) = (ssh.StandardOutput.ReadToEndAsync(), ssh.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await ssh.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            ssh.Kill();
            return new ShellAnswer(255, "", $"no end within {Patience.TotalSeconds} s");
        }
        return new ShellAnswer(ssh.ExitCode, await output, await errors);
    }

    /// <summary>Copies a file to the box.</summary>
    public async Task Copy(string file, string to)
    {
        string[] arguments = [.. Options, "-O", "-i", _key, "-P", $"{port}", file, $"root@127.0.0.1:{to}"];
        using var scp = System.Diagnostics.Process.Start("scp", arguments);
        await scp.WaitForExitAsync();
        if (scp.ExitCode != 0) throw new InvalidOperationException($"scp {file} ended with {scp.ExitCode}");
    }

    /// <summary>Writes a text over a file, whose owner and mode stay.</summary>
    public async Task Write(string file, string text)
    {
        var here = Path.GetTempFileName();
        await File.WriteAllTextAsync(here, text);
        await Copy(here, "/run/of-the-tests");
        await Run($"cat /run/of-the-tests >{file}");
        File.Delete(here);
    }

    private static string MakeKey(string folder)
    {
        var path = Path.Combine(folder, "engineer");
        using var keygen = System.Diagnostics.Process.Start(
            "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path]);
        keygen.WaitForExit();
        return path;
    }
}
