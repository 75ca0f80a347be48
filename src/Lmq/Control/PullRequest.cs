using System.Globalization;
using System.Text;

namespace LightMq.Lmq;

/// <summary>In which order a pull hands out what waits.</summary>
public enum PullOrder : byte
{
    /// <summary><c>ASC</c>: the oldest first.</summary>
    OldestFirst,

    /// <summary><c>DESC</c>: the newest first.</summary>
    NewestFirst,
}

/// <summary>
/// Body of <c>$SYS/getOfflineMsg</c> (LMQ-OFF-2): <c>{"pushOrder":"ASC"|"DESC","maxPushNum":1..30}</c>.
/// </summary>
/// <param name="Order">What comes first.</param>
/// <param name="Count">How many at most: 1 to <see cref="CountMax"/>.</param>
public readonly record struct PullRequest(PullOrder Order, int Count)
{
    /// <summary>Longest body.</summary>
    public const int BytesMax = 1_024;

    /// <summary>Most messages for one request; who asks for more gets so many.</summary>
    public const int CountMax = 30;

    /// <summary>
    /// Reads a body; names and order in any case of letters. False, for which the request is ignored: it is
    /// too long, no JSON object, a field is missing, repeated or of another JSON type, or the number is 0,
    /// negative or has a fraction.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out PullRequest request)
    {
        request = default;
        if (body.Length > BytesMax) return false;
        PullOrder? order = null;
        long? count = null;
        var fields = new JsonFields(body);
        while (fields.Next())
        {
            if (fields.Is("pushOrder"u8))
            {
                if (order != null || !TryOrder(fields, out order)) return false;
            }
            else if (fields.Is("maxPushNum"u8))
            {
                if (count != null || !fields.TryInteger(out var number) || number < 1) return false;
                count = number;
            }
        }
        if (!fields.IsComplete || order is not { } first || count is not { } most) return false;
        request = new PullRequest(first, (int)Math.Min(most, CountMax));
        return true;
    }

    /// <summary>Makes the body: for clients.</summary>
    public byte[] Body() => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $$"""{"pushOrder":"{{(Order == PullOrder.OldestFirst ? "ASC" : "DESC")}}","maxPushNum":{{Count}}}"""));

    private static bool TryOrder(in JsonFields fields, out PullOrder? order)
    {
        order = null;
        if (!fields.TryText(out var text)) return false;
        if (Ascii.EqualsIgnoreCase(text, "ASC"u8)) order = PullOrder.OldestFirst;
        else if (Ascii.EqualsIgnoreCase(text, "DESC"u8)) order = PullOrder.NewestFirst;
        return order != null;
    }
}
