namespace LightMq.Central.Core;

/// <summary>A message as a consumer reads it: its offset and its bytes (<see cref="CoreRecord"/>).</summary>
/// <param name="Offset">In its partition.</param>
/// <param name="Bytes">The record.</param>
public readonly record struct KeptMessage(long Offset, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The record.</summary>
    public CoreRecord Record
    {
        get
        {
            var bytes = Bytes.Span;
            return CoreRecord.TryRead(ref bytes, out var record)
                ? record : throw new InvalidOperationException("not a record");
        }
    }
}
