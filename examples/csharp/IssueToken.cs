using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace LightMq.Examples;

/// <summary>
/// Stands in for your server, which asks the auth server for tokens (LMQ-TOK-1): writes one into
/// artifacts/examples/token.txt, and makes the key that signs it when there is none yet.
/// </summary>
internal static class IssueToken
{
    private static readonly string Folder = Lmq.Setting("LMQ_TOKEN_FOLDER", "artifacts/examples");

    public static void Run(string lifeSeconds)
    {
        using var key = Key();
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var header = Part(new { alg = "ES256", typ = "JWT", kid = "example" });
        var claims = Part(new
        {
            jti = Guid.NewGuid().ToString("N"),
            accessKey = Lmq.Setting("LMQ_KEY", "example-key"),
            actions = "RW",
            resources = new[] { "plant/#" },
            iat = now,
            exp = now + int.Parse(lifeSeconds),
        });
        var signature = key.SignData(Encoding.ASCII.GetBytes($"{header}.{claims}"), HashAlgorithmName.SHA256);
        File.WriteAllText(Path.Combine(Folder, "token.txt"),
            $"{header}.{claims}.{Base64Url.EncodeToString(signature)}");
    }

    private static ECDsa Key()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var file = Path.Combine(Folder, "token-key.pem");
        Directory.CreateDirectory(Folder);
        if (File.Exists(file)) key.ImportFromPem(File.ReadAllText(file));
        else File.WriteAllText(file, key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var known = new
        {
            kty = "EC",
            crv = "P-256",
            kid = "example",
            x = Base64Url.EncodeToString(point.X),
            y = Base64Url.EncodeToString(point.Y),
        };
        File.WriteAllText(Path.Combine(Folder, "token-keys.json"),
            JsonSerializer.Serialize(new { keys = new[] { known } }));
        return key;
    }

    private static string Part(object json) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(json));
}
