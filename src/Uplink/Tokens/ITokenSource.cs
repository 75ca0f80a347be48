namespace LightMq.Uplink.Tokens;

/// <summary>No token could be had. The message is one line, without secrets.</summary>
internal sealed class TokenSourceError(string message) : Exception(message);

/// <summary>Where tokens come from.</summary>
internal interface ITokenSource
{
    /// <summary>Its name in the log.</summary>
    string Name { get; }

    /// <summary>How often it is looked whether there is another one; null: only when one is wanted.</summary>
    TimeSpan? LookEvery { get; }

    /// <summary>Gets a token.</summary>
    /// <exception cref="TokenSourceError">There is none to be had now.</exception>
    Task<string> FetchAsync(CancellationToken cancel);
}
