namespace LightMq.Broker;

/// <summary>
/// Why a login, a topic or a token was refused under the LMQ contract; counted by this name.
/// </summary>
public enum RefusalCause : byte
{
    /// <summary>Nothing was, or it is counted elsewhere.</summary>
    None,
    /// <summary>A client id that is not GroupID@@@DeviceID (LMQ-ID-1).</summary>
    ClientId,
    /// <summary>A group that is not registered, or not one of the access key's (LMQ-ID-2).</summary>
    Group,
    /// <summary>An unknown access key or a wrong signature (LMQ-AUTH-1).</summary>
    Signature,
    /// <summary>A topic or filter of more than 64 characters (LMQ-ID-3).</summary>
    TopicLength,
    /// <summary>A topic or filter that begins with $ and is none of the contract's.</summary>
    DollarTopic,
    /// <summary>A parent topic that is wild, not registered or not granted (LMQ-AUTH-3).</summary>
    NotGranted,
    /// <summary>Something else than a token from a client that must upload one first (LMQ-AUTH-2).</summary>
    TokenMissing,
    /// <summary>No token was uploaded in time (LMQ-AUTH-2).</summary>
    TokenLate,
    /// <summary>No token covers the topic with this action (LMQ-AUTH-3, code 4 or 5).</summary>
    TokenCovers,
    /// <summary>An upload with another QoS, another type or unreadable JSON (LMQ-TOK-6).</summary>
    UploadMalformed,
    /// <summary>More tokens were uploaded at once than can be checked.</summary>
    TokenBusy,
    /// <summary>Code 1: unreadable, another algorithm, unknown key (LMQ-TOK-8).</summary>
    TokenForged,
    /// <summary>Code 8: the signature fails.</summary>
    TokenSignature,
    /// <summary>Code 2: expired or not yet valid, at the upload or later.</summary>
    TokenExpired,
    /// <summary>Code 3: revoked, before the upload or later.</summary>
    TokenRevoked,
    /// <summary>Code 5: uploaded as a type that it does not grant.</summary>
    TokenType,
    /// <summary>Code -1: not for this client or its group.</summary>
    TokenAccount,
}
