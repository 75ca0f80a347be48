using System.Runtime.CompilerServices;

namespace LightMq.Simulator.World;

/// <summary>
/// What happened, as a hash (two runs of a seed must give the same) and, when verbose, as lines of text.
/// </summary>
public sealed class Trace(TextWriter? lines)
{
    /// <summary>Hash over everything mixed in so far.</summary>
    public ulong Hash { get; private set; } = 0xcbf29ce484222325;

    /// <summary>Whether lines are wanted.</summary>
    public bool IsVerbose => lines != null;

    /// <summary>Simulated microseconds, kept by the scheduler for the lines.</summary>
    public long Time { get; set; }

    public void Mix(long value)
    {
        Hash = (Hash ^ (ulong)value) * 0x9E3779B97F4A7C15;
        Hash ^= Hash >> 29;
    }

    public void Mix(ReadOnlySpan<byte> bytes)
    {
        Mix(bytes.Length);
        for (; bytes.Length >= 8; bytes = bytes[8..]) Mix(BitConverter.ToInt64(bytes));
        foreach (var one in bytes) Mix(one);
    }

    /// <summary>Says a line, in verbose runs only: what is in braces is not evaluated otherwise.</summary>
    public void Say([InterpolatedStringHandlerArgument("")] ref Line line)
    {
        if (lines == null) return;
        lines.WriteLine($"{Time / 1e6,12:F6} {line.Text}");
    }

    /// <summary>Builds a line only where one is wanted.</summary>
    [InterpolatedStringHandler]
    public ref struct Line
    {
        private DefaultInterpolatedStringHandler _inner;

        public Line(int literals, int holes, Trace trace, out bool wanted)
        {
            wanted = trace.IsVerbose;
            if (wanted) _inner = new DefaultInterpolatedStringHandler(literals, holes);
        }

        public string Text => _inner.ToStringAndClear();
        public void AppendLiteral(string text) => _inner.AppendLiteral(text);
        public void AppendFormatted<T>(T value) => _inner.AppendFormatted(value);
        public void AppendFormatted<T>(T value, string format) => _inner.AppendFormatted(value, format);
    }
}
