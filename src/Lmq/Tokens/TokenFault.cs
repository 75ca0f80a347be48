using System.Diagnostics.CodeAnalysis;

namespace LightMq.Lmq;

/// <summary>Why a token does not serve; the numbers are those of the invalid notice (LMQ-TOK-8).</summary>
public enum TokenFault
{
    /// <summary>The token's account or client may not do this.</summary>
    AccountNotPermitted = -1,

    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>Forged: unreadable, too large, <c>alg</c> other than ES256, or an unknown key.</summary>
    Forged = 1,

    /// <summary>Expired, or not valid yet.</summary>
    Expired = 2,

    /// <summary>Revoked.</summary>
    Revoked = 3,

    /// <summary>No resource of the token covers the topic.</summary>
    Resource = 4,

    /// <summary>The token does not permit the action.</summary>
    Action = 5,

    /// <summary>The signature is not that of the key that the token names.</summary>
    BadSignature = 8,
}

/// <summary>What <see cref="TokenVerifier"/> says of a token.</summary>
/// <param name="Fault">The notice's code, or <see cref="TokenFault.None"/>.</param>
/// <param name="Cause">What is wrong, for log and counters: a constant that holds nothing of the token.</param>
/// <param name="Grant">What it grants, if nothing is wrong.</param>
public readonly record struct TokenVerdict(TokenFault Fault, string Cause, TokenGrant? Grant)
{
    /// <summary>Whether signature and form are right.</summary>
    [MemberNotNullWhen(true, nameof(Grant))]
    public bool IsGood => Grant != null;
}
