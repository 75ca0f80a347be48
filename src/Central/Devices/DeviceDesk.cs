using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LightMq.Central.Http;
using LightMq.Central.State;
using LightMq.Service;
using LightMq.Store.Disk;

namespace LightMq.Central.Devices;

/// <summary>
/// The devices that may fetch tokens with a key of their own: an operator opens an enrolment, the device
/// brings the code once, with the public half of a key pair that it made. Codes are kept as hashes only. All
/// changes are durable before they are answered. For any thread.
/// </summary>
internal sealed class DeviceDesk : IDisposable
{
    /// <summary>Most devices.</summary>
    public const int DevicesMax = 100_000;

    private const string Name = "devices/devices", P256 = "1.2.840.10045.3.1.7";
    private const string Letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int CodeLetters = 20, GroupLetters = 5, LineBytes = 500, WasteBytesMax = 1 << 20;
    private const int PemCharactersMax = 1_024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DeviceLine> _devices = new(StringComparer.Ordinal);
    private readonly Journal _journal;
    private readonly TimeProvider _time;

    /// <summary>Reads what was kept.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public DeviceDesk(IDisk disk, TimeProvider time)
    {
        _time = time;
        _journal = Journal.Open(disk, Name, Take);
    }

    /// <summary>Lines of the file that did not verify.</summary>
    public int Damaged => _journal.Damaged;

    /// <summary>All of them, by client id.</summary>
    public List<DeviceLine> All
    {
        get
        {
            lock (_gate)
                return [.. _devices.Values.OrderBy(static one => one.ClientId, StringComparer.Ordinal)];
        }
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// Opens an enrolment; the one that was open before ends. A key that is there serves until another comes.
    /// </summary>
    /// <returns>The code, which is shown this once, and when it ends.</returns>
    /// <exception cref="HttpRefusal">It is not possible.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public (string Code, long Expires) Open(string clientId, long seconds)
    {
        var code = MakeCode();
        var expires = Now + seconds * 1_000;
        lock (_gate)
        {
            var device = _devices.GetValueOrDefault(clientId) ?? new DeviceLine(clientId);
            if (!_devices.ContainsKey(clientId) && _devices.Count >= DevicesMax)
                throw new HttpRefusal(409, $"there are {DevicesMax} devices already");
            Put(device with { CodeHash = HashOf(code), CodeExpires = expires });
        }
        return (code, expires);
    }

    /// <summary>
    /// A device brings its code and its public key. The same again is answered as before, for an answer may
    /// be lost on its way; anything else with the same code is refused.
    /// </summary>
    /// <exception cref="HttpRefusal">The code is wrong, used or too old, or the key is none.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Enrol(string clientId, string code, string publicKey)
    {
        var pem = Normal(publicKey);
        var hash = HashOf(code);
        lock (_gate)
        {
            var device = _devices.GetValueOrDefault(clientId);
            if (device is { PublicKey: { } known, UsedHash: { } used } && known == pem && IsSame(used, hash))
                return;
            if (device?.CodeHash is not { } open || !IsSame(open, hash) || device.CodeExpires <= Now)
                throw new HttpRefusal(403,
                    "the enrolment code is wrong for this client id, used already, or too old: ask the "
                    + "operator for another");
            Put(device with
            {
                CodeHash = null,
                CodeExpires = 0,
                PublicKey = pem,
                UsedHash = hash,
                EnrolledAt = Now,
            });
        }
    }

    /// <summary>Forgets a device: it fetches no more tokens.</summary>
    /// <returns>False: there is none.</returns>
    /// <exception cref="IOException">The disk refuses.</exception>
    public bool Remove(string clientId)
    {
        lock (_gate)
        {
            if (!_devices.ContainsKey(clientId)) return false;
            Put(new DeviceLine(clientId));
            return true;
        }
    }

    /// <summary>Whether a text is signed with a device's key.</summary>
    public bool IsSigned(string clientId, ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        string? pem;
        lock (_gate) pem = _devices.GetValueOrDefault(clientId)?.PublicKey;
        if (pem is null) return false;
        using var key = ECDsa.Create();
        key.ImportFromPem(pem);
        var format = signature.Length == 64
            ? DSASignatureFormat.IeeeP1363FixedFieldConcatenation : DSASignatureFormat.Rfc3279DerSequence;
        return key.VerifyData(text, signature, HashAlgorithmName.SHA256, format);
    }

    /// <inheritdoc/>
    public void Dispose() => _journal.Dispose();

    private void Put(DeviceLine line)
    {
        if (_journal.Bytes > 2L * _devices.Count * LineBytes + WasteBytesMax)
            _journal.Rewrite(_devices.Values.Select(LineOf));
        _journal.Append(LineOf(line));
        Take(line);
    }

    private void Take(ReadOnlyMemory<byte> json)
    {
        if (JsonSerializer.Deserialize(json.Span, StateJson.Default.DeviceLine) is { } line) Take(line);
    }

    private void Take(DeviceLine line)
    {
        if (line.IsGone) _devices.Remove(line.ClientId);
        else _devices[line.ClientId] = line;
    }

    private static byte[] LineOf(DeviceLine line) =>
        JsonSerializer.SerializeToUtf8Bytes(line, StateJson.Default.DeviceLine);

    private static string MakeCode()
    {
        Span<byte> chance = stackalloc byte[CodeLetters];
        Chance.Fill(chance);
        var code = new StringBuilder();
        for (var i = 0; i < CodeLetters; i++)
        {
            if (i > 0 && i % GroupLetters == 0) code.Append('-');
            code.Append(Letters[chance[i] % Letters.Length]);
        }
        return code.ToString();
    }

    /// <summary>As people type it: in any case, with dashes and spaces or without.</summary>
    private static string HashOf(string code)
    {
        var plain = code.Replace("-", "").Replace(" ", "").ToUpperInvariant();
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(plain)));
    }

    private static bool IsSame(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(one), Encoding.ASCII.GetBytes(other));

    /// <summary>The key as we write it.</summary>
    private static string Normal(string pem)
    {
        const string Allowed = "a public key on P-256 in PEM (BEGIN PUBLIC KEY)";
        if (pem.Length > PemCharactersMax || !PemEncoding.TryFind(pem, out var found)
            || pem[found.Label] != "PUBLIC KEY")
            throw new HttpRefusal(400, $"publicKey is not {Allowed}");
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem.AsSpan()[found.Location]);
            if (key.ExportParameters(false).Curve.Oid.Value == P256)
                return key.ExportSubjectPublicKeyInfoPem();
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            // Said below, without the text.
        }
        throw new HttpRefusal(400, $"publicKey is not {Allowed}");
    }
}
