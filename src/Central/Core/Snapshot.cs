using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using LightMq.Lmq;

namespace LightMq.Central.Core;

/// <summary>
/// What is known when a segment begins, so that older ones need not be there: the next offset of every
/// partition and the mark of every stream.
/// </summary>
internal static class Snapshot
{
    /// <summary>Writes the body of a snapshot.</summary>
    public static byte[] Write(Partitions partitions, StreamMarks marks)
    {
        var body = new ArrayBufferWriter<byte>(1_024);
        Number(body, partitions.Topics.Count);
        foreach (var (parent, all) in partitions.Topics)
        {
            Text(body, parent);
            Number(body, all.Length);
            foreach (var partition in all) Number(body, partition.Next);
        }
        Number(body, marks.All.Count);
        foreach (var (stream, mark) in marks.All)
        {
            Text(body, stream.Gateway);
            Text(body, stream.Client);
            Number(body, stream.Epoch.Boot);
            BinaryPrimitives.WriteUInt128LittleEndian(body.GetSpan(16), stream.Epoch.Draw);
            body.Advance(16);
            Number(body, mark.Last);
            Number(body, mark.SeenAt);
        }
        return body.WrittenSpan.ToArray();
    }

    /// <summary>Takes one in.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static void Read(ReadOnlySpan<byte> body, Partitions partitions, StreamMarks marks)
    {
        for (var topics = TakeNumber(ref body); topics > 0; topics--)
        {
            var all = partitions.Of(TakeText(ref body));
            var count = TakeNumber(ref body);
            for (var i = 0; i < count; i++)
            {
                var next = TakeNumber(ref body);
                if (i < all.Length) all[i].SkipTo(next);
            }
        }
        for (var count = TakeNumber(ref body); count > 0; count--)
        {
            var (gateway, client) = (TakeText(ref body), TakeText(ref body));
            var boot = (uint)TakeNumber(ref body);
            var draw = BinaryPrimitives.ReadUInt128LittleEndian(Take(ref body, 16));
            var stream = new StreamName(gateway, client, new EpochText(boot, draw));
            marks.Move(stream, TakeNumber(ref body), TakeNumber(ref body));
        }
    }

    private static void Number(ArrayBufferWriter<byte> body, long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(body.GetSpan(8), number);
        body.Advance(8);
    }

    private static void Text(ArrayBufferWriter<byte> body, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Number(body, bytes.Length);
        body.Write(bytes);
    }

    private static long TakeNumber(ref ReadOnlySpan<byte> body) =>
        BinaryPrimitives.ReadInt64LittleEndian(Take(ref body, 8));

    private static string TakeText(ref ReadOnlySpan<byte> body) =>
        Encoding.UTF8.GetString(Take(ref body, TakeNumber(ref body)));

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> body, long length)
    {
        if (length < 0 || length > body.Length) throw new FormatException("a snapshot ends too early");
        var taken = body[..(int)length];
        body = body[(int)length..];
        return taken;
    }
}
