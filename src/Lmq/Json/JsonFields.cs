using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace LightMq.Lmq;

/// <summary>
/// Walks over the fields of one flat JSON object, as all bodies of the contract are. Strict JSON, nothing
/// behind it, nesting bounded; values that nobody asks for are skipped. Whoever reads it bounds its length.
/// </summary>
/// <example><c>while (fields.Next()) …; return fields.IsComplete;</c></example>
internal ref struct JsonFields(ReadOnlySpan<byte> json)
{
    private const int DepthMax = 8;
    private Utf8JsonReader _reader = new(json, new JsonReaderOptions { MaxDepth = DepthMax });
    private bool _hasBegun;
    private ReadOnlySpan<byte> _name;

    /// <summary>Whether the object was read to its end. Else it is not JSON, or a value was refused.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Moves to the next field; false at the end, or where it is no JSON object.</summary>
    public bool Next()
    {
        try
        {
            if (!_hasBegun)
            {
                _hasBegun = true;
                if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartObject) return false;
            }
            else
            {
                _reader.Skip();
            }
            if (!_reader.Read()) return false;
            if (_reader.TokenType == JsonTokenType.EndObject)
            {
                IsComplete = !_reader.Read();
                return false;
            }
            return TryUnescape(out _name) && _reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Whether the field has this name in any case of letters: the manual mixes them.</summary>
    public readonly bool Is(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(_name, name);

    /// <summary>Whether the field has exactly this name.</summary>
    public readonly bool IsExactly(ReadOnlySpan<byte> name) => _name.SequenceEqual(name);

    /// <summary>The value as text, if it is a string of valid UTF-8; a view where nothing is escaped.</summary>
    public readonly bool TryText(out ReadOnlySpan<byte> text)
    {
        text = default;
        return _reader.TokenType == JsonTokenType.String && TryUnescape(out text);
    }

    /// <summary>The value as true or false, if it is one of them.</summary>
    public readonly bool TryBoolean(out bool value)
    {
        value = _reader.TokenType == JsonTokenType.True;
        return value || _reader.TokenType == JsonTokenType.False;
    }

    /// <summary>The value, if it is a number without fraction and exponent, of any length.</summary>
    /// <param name="number">The number; the nearest that is possible if it is out of range.</param>
    public readonly bool TryInteger(out long number)
    {
        number = 0;
        if (_reader.TokenType != JsonTokenType.Number) return false;
        if (_reader.TryGetInt64(out number)) return true;
        if (_reader.ValueSpan.ContainsAny(".eE"u8)) return false;
        number = _reader.ValueSpan[0] == (byte)'-' ? long.MinValue : long.MaxValue;
        return true;
    }

    /// <summary>The value, if it is a number that fits.</summary>
    public readonly bool TryDecimal(out decimal number)
    {
        number = 0;
        return _reader.TokenType == JsonTokenType.Number && _reader.TryGetDecimal(out number);
    }

    /// <summary>Whether the value is an array, which <see cref="NextInside"/> walks over.</summary>
    public readonly bool IsArray => _reader.TokenType == JsonTokenType.StartArray;

    /// <summary>Whether the value is an object, which <see cref="NextInside"/> walks over.</summary>
    public readonly bool IsObject => _reader.TokenType == JsonTokenType.StartObject;

    /// <summary>Whether the walk inside has come to its end.</summary>
    public readonly bool IsEnd => _reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject;

    /// <summary>
    /// The next value in the array, or in the object the next name and then its value; false at the end or
    /// where it is no JSON.
    /// </summary>
    public bool NextInside()
    {
        try
        {
            return _reader.Read() && !IsEnd;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The name at which the walk inside an object stands.</summary>
    public readonly bool TryName(out ReadOnlySpan<byte> name)
    {
        name = default;
        return _reader.TokenType == JsonTokenType.PropertyName && TryUnescape(out name);
    }

    private readonly bool TryUnescape(out ReadOnlySpan<byte> text)
    {
        text = _reader.ValueSpan;
        if (_reader.ValueIsEscaped)
        {
            try
            {
                var copy = new byte[text.Length]; // unescaping only makes shorter
                text = copy.AsSpan(0, _reader.CopyString(copy));
            }
            catch (InvalidOperationException) // half of a surrogate pair
            {
                return false;
            }
        }
        return Utf8.IsValid(text);
    }
}
