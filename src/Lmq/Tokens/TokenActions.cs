namespace LightMq.Lmq;

/// <summary>What a token permits, and as what it is uploaded (LMQ-TOK-2, LMQ-TOK-6).</summary>
[Flags]
public enum TokenActions : byte
{
    /// <summary>Nothing: no token is so.</summary>
    None = 0,

    /// <summary><c>R</c>: to subscribe.</summary>
    Read = 1,

    /// <summary><c>W</c>: to publish.</summary>
    Write = 2,

    /// <summary><c>RW</c>: both.</summary>
    ReadWrite = Read | Write,
}

/// <summary>How <see cref="TokenActions"/> are written.</summary>
public static class TokenActionsText
{
    /// <summary>Reads <c>R</c>, <c>W</c> or <c>RW</c>, exactly.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out TokenActions actions)
    {
        actions = text switch
        {
            [(byte)'R'] => TokenActions.Read,
            [(byte)'W'] => TokenActions.Write,
            [(byte)'R', (byte)'W'] => TokenActions.ReadWrite,
            _ => TokenActions.None,
        };
        return actions != TokenActions.None;
    }

    /// <summary>Reads a list of these between commas; <c>R,W</c> is <c>RW</c> (LMQ-TOK-2).</summary>
    public static bool TryParseList(ReadOnlySpan<char> text, out TokenActions actions)
    {
        actions = TokenActions.None;
        foreach (var range in text.Split(','))
        {
            var one = text[range] switch
            {
                "R" => TokenActions.Read,
                "W" => TokenActions.Write,
                "RW" => TokenActions.ReadWrite,
                _ => TokenActions.None,
            };
            if (one == TokenActions.None) return false;
            actions |= one;
        }
        return actions != TokenActions.None;
    }

    /// <summary><c>R</c>, <c>W</c> or <c>RW</c>.</summary>
    public static ReadOnlySpan<byte> Utf8(this TokenActions actions) => actions switch
    {
        TokenActions.Read => "R"u8,
        TokenActions.Write => "W"u8,
        TokenActions.ReadWrite => "RW"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(actions)),
    };

    /// <summary><c>R</c>, <c>W</c> or <c>RW</c>.</summary>
    public static string Text(this TokenActions actions) => actions switch
    {
        TokenActions.Read => "R",
        TokenActions.Write => "W",
        TokenActions.ReadWrite => "RW",
        _ => throw new ArgumentOutOfRangeException(nameof(actions)),
    };
}
