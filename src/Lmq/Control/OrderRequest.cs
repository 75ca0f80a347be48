using System.Text;

namespace LightMq.Lmq;

/// <summary>
/// Body of <c>$SYS/enableOrderMsg</c> (LMQ-ORD-2): <c>{"order":"true"}</c>. As SDKs differ in how they write
/// truth, <c>true</c> without quotes and in any case of letters is taken as well.
/// </summary>
public static class OrderRequest
{
    /// <summary>Longest body.</summary>
    public const int BytesMax = 1_024;

    /// <summary>The body as the manual has it: for clients.</summary>
    public static ReadOnlySpan<byte> Body => "{\"order\":\"true\"}"u8;

    /// <summary>
    /// Reads a body. False if it is too long, no JSON object, or <c>order</c> is missing, repeated or neither
    /// true nor false.
    /// </summary>
    /// <param name="body">The payload.</param>
    /// <param name="order">Whether order is asked for; false says nothing and changes nothing.</param>
    public static bool TryParse(ReadOnlySpan<byte> body, out bool order)
    {
        order = false;
        if (body.Length > BytesMax) return false;
        bool? read = null;
        var fields = new JsonFields(body);
        while (fields.Next())
        {
            if (!fields.Is("order"u8)) continue;
            if (read != null || !TryTruth(fields, out var truth)) return false;
            read = truth;
        }
        if (!fields.IsComplete || read == null) return false;
        order = read.Value;
        return true;
    }

    private static bool TryTruth(in JsonFields fields, out bool value)
    {
        if (fields.TryBoolean(out value)) return true;
        if (!fields.TryText(out var text)) return false;
        value = Ascii.EqualsIgnoreCase(text, "true"u8);
        return value || Ascii.EqualsIgnoreCase(text, "false"u8);
    }
}
