using System.Security.Cryptography;
using LightMq.Broker.Connections;
using LightMq.Broker.Settings;

namespace LightMq.Host.Passwords;

/// <summary>
/// Compares passwords with their hashes on one thread of its own, so that a flood of logins can slow other
/// logins only. The queue takes addresses in turn; what is beyond its bounds is refused at once.
/// Successes are remembered under a key that lives and dies with the process, so that a site whose sensors
/// all reconnect is back within a moment.
/// </summary>
public sealed class PasswordChecker(Action<Connection, bool> answer) : IDisposable
{
    private const int RememberedMax = 4_096;

    private readonly PasswordQueue<Check> _checks = new();
    private readonly HashSet<string> _remembered = [];
    private byte[]? _key;
    private Thread? _thread;

    /// <summary>Queues a comparison; called by the loop alone. The answer comes on another thread.</summary>
    public void Submit(Connection connection, PasswordHash hash, byte[] password)
    {
        // The thread and the crypto library behind it cost memory that a broker without users never needs.
        _thread ??= Start();
        if (!_checks.TryAdd(connection.RemoteAddress, new Check(connection, hash, password)))
            answer(connection, false);
    }

    /// <summary>Ends the thread after the check under way; nobody waits for the others any more.</summary>
    public void Dispose()
    {
        _checks.Close();
        _thread?.Join();
    }

    /// <summary>Compares in constant time.</summary>
    public bool Matches(PasswordHash hash, byte[] password)
    {
        var fingerprint = FingerprintOf(hash, password);
        if (_remembered.Contains(fingerprint)) return true;
        var derived = Rfc2898DeriveBytes.Pbkdf2(
            password, hash.Salt, hash.Iterations, HashAlgorithmName.SHA256, hash.Hash.Length);
        if (!CryptographicOperations.FixedTimeEquals(derived, hash.Hash)) return false;
        if (_remembered.Count >= RememberedMax) _remembered.Clear();
        _remembered.Add(fingerprint);
        return true;
    }

    private Thread Start()
    {
        var thread = new Thread(Work, 256 * 1024) { Name = "passwords", IsBackground = true };
        thread.Start();
        return thread;
    }

    private void Work()
    {
        while (_checks.Take(out var check))
            // Its connection may have run out of time meanwhile: then nobody asks any more.
            answer(check.Connection, !check.Connection.IsClosed && Matches(check.Hash, check.Password));
    }

    private string FingerprintOf(PasswordHash hash, byte[] password)
    {
        _key ??= RandomNumberGenerator.GetBytes(32);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hmac.AppendData(hash.Salt);
        hmac.AppendData(hash.Hash);
        hmac.AppendData(password);
        return Convert.ToHexString(hmac.GetHashAndReset());
    }

    private readonly record struct Check(Connection Connection, PasswordHash Hash, byte[] Password);
}
