namespace LightMq.Host.Configuration;

/// <summary>How tokens are verified (LMQ-TOK-5).</summary>
/// <param name="Key">Configuration key of the files, for errors.</param>
/// <param name="KeyFiles">Files of public keys, PEM or JSON Web Key Sets; none: no tokens.</param>
/// <param name="RevocationUrl">Where the auth server tells what is revoked; empty: nowhere.</param>
/// <param name="WaitSecondsMax">Longest wait between attempts while it cannot be reached.</param>
public sealed record TokenSettings(
    string Key, IReadOnlyList<string> KeyFiles, string RevocationUrl, int WaitSecondsMax)
{
    /// <summary>No keys from files.</summary>
    public static TokenSettings Off { get; } = new("Lmq:Tokens:KeyFiles", [], "", 30);

    /// <summary>Whether clients may log in by token.</summary>
    public bool IsOn => KeyFiles.Count > 0;
}

/// <summary>The local admin API; without either there is none.</summary>
/// <param name="Socket">Path of its Unix socket; empty: none.</param>
/// <param name="IsGroupAllowed">Whether the socket's group may use it (mode 0660), or its owner
/// alone.</param>
/// <param name="Port">Port on 127.0.0.1; 0: none.</param>
/// <param name="BearerFileKey">Configuration key of the file, for errors.</param>
/// <param name="BearerFile">File of mode 0600 with the text that requests to the port must bear.</param>
public sealed record AdminSettings(
    string Socket, bool IsGroupAllowed, int Port, string BearerFileKey, string BearerFile)
{
    /// <summary>Whether there is one.</summary>
    public bool IsOn => Socket.Length > 0 || Port > 0;
}
