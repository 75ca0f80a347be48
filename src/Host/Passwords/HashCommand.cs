using LightMq.Service;

namespace LightMq.Host.Passwords;

/// <summary>The command <c>hash-password</c>: a password in, its hash for <c>Users</c> out.</summary>
internal static class HashCommand
{
    /// <summary>Runs it.</summary>
    /// <returns>The exit status.</returns>
    /// <exception cref="StartFailure">No password came.</exception>
    public static int Run()
    {
        var password = Console.IsInputRedirected ? Console.In.ReadLine() : Terminal.AskPassword();
        if (string.IsNullOrEmpty(password))
            throw new StartFailure(ExitCode.Usage,
                "hash-password reads a password from standard input, one line");
        Console.Out.WriteLine(PasswordText.Make(password));
        return ExitCode.Done;
    }
}
