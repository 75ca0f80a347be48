using System.Text;
using LightMq.Lmq;

namespace LightMq.Tests.Stages;

/// <summary>
/// Tokens of transcripts, which have names in the place of bytes that differ each time; README.md lists them.
/// That real ones are verified is for tests/Unit/Lmq and tests/Process.
/// </summary>
internal static class GivenTokens
{
    /// <summary>Ten minutes after the bare core's clock begins.</summary>
    private const long Soon = 1_700_000_600_000;
    private const long Never = 4_000_000_000_000;

    public static IReadOnlySet<string> Revoked { get; } = new HashSet<string> { "revoked" };

    public static TokenVerdict Verify(byte[] token) => Encoding.ASCII.GetString(token) switch
    {
        "rw" => Grant("rw", TokenActions.ReadWrite, "parent/#"),
        "r" => Grant("r", TokenActions.Read, "parent/#"),
        "w" => Grant("w", TokenActions.Write, "parent/#"),
        "a" => Grant("a", TokenActions.ReadWrite, "parent/a"),
        "wild" => Grant("wild", TokenActions.ReadWrite, "+/x", "#"),
        "soon" => Grant("soon", TokenActions.ReadWrite, "parent/#", Soon),
        "two-minutes" => Grant("two-minutes", TokenActions.ReadWrite, "parent/#", Soon - 480_000),
        "old" => Grant("old", TokenActions.ReadWrite, "parent/#", Soon - 700_000),
        "early" => Grant("early", TokenActions.ReadWrite, "parent/#", notBefore: Never - 1),
        "revoked" => Grant("revoked", TokenActions.ReadWrite, "parent/#"),
        "bound" => Grant("bound", TokenActions.ReadWrite, "parent/#", client: "GID_AAA@@@d1"),
        "restricted" => Grant("restricted", TokenActions.ReadWrite, "parent/#", key: "RK"),
        "broken" => new TokenVerdict(TokenFault.BadSignature, "the signature is wrong", null),
        "busy" => default,
        _ => new TokenVerdict(TokenFault.Forged, "the key is unknown", null),
    };

    private static TokenVerdict Grant(string id, TokenActions actions, string filter, long expires = Never,
        long notBefore = 0, string? client = null, string key = "AK") => Grant(
            id, actions, [filter], expires, notBefore, client, key);

    private static TokenVerdict Grant(string id, TokenActions actions, string one, string other) =>
        Grant(id, actions, [one, other], Never, 0, null, "AK");

    private static TokenVerdict Grant(string id, TokenActions actions, string[] filters, long expires,
        long notBefore, string? client, string key) => new(TokenFault.None, "", new TokenGrant
        {
            Id = id,
            AccessKey = key,
            ClientId = client is null ? null : Encoding.ASCII.GetBytes(client),
            Actions = actions,
            Filters = (byte[][])[.. filters.Select(Encoding.UTF8.GetBytes)],
            IssuedMilliseconds = 1_600_000_000_000,
            NotBeforeMilliseconds = notBefore,
            ExpiresMilliseconds = expires,
        });
}
