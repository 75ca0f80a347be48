using System.Security.Cryptography;
using System.Text;
using LightMq.Broker.Settings;

namespace LightMq.Simulator.Machine;

/// <summary>Users of the simulated Plain listener.</summary>
public static class LocalUsers
{
    public const string Password = "correct horse";

    public static LocalUser Make(string name)
    {
        var salt = Encoding.UTF8.GetBytes(name);
        var hash = Derive(Encoding.UTF8.GetBytes(Password), salt, 1);
        return new LocalUser(name, new PasswordHash(1, salt, hash), [new TopicRule("#", true, true)]);
    }

    public static bool Matches(PasswordHash hash, byte[] password) =>
        Derive(password, hash.Salt, hash.Iterations).AsSpan().SequenceEqual(hash.Hash);

    private static byte[] Derive(byte[] password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, 32);
}
