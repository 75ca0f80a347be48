using LightMq.Mqtt;
using LightMq.Tests;
using LightMq.Unit.Mqtt;

namespace LightMq.Fuzz.Mutation;

/// <summary>
/// What mutations start from: all that clients say in the golden transcripts of tests/Wire, and the packets
/// of the unit tests.
/// </summary>
internal static class Corpus
{
    /// <summary>Every conversation, always in the same order.</summary>
    public static IReadOnlyList<Conversation> All { get; } = [.. OfTranscripts(), .. OfSamples()];

    private static IEnumerable<Conversation> OfTranscripts() => Directory
        .GetFiles(Path.Combine(AppContext.BaseDirectory, "Transcripts"), "*.txt")
        .Order(StringComparer.Ordinal).Select(Transcript.Load).SelectMany(Of);

    /// <summary>One conversation for each connection of a transcript.</summary>
    private static IEnumerable<Conversation> Of(Transcript transcript)
    {
        var access = transcript.IsLmq ? Access.Lmq : transcript.HasUsers ? Access.Users : Access.Anonymous;
        var said = new Dictionary<string, List<byte>>();
        foreach (var step in transcript.Steps)
        {
            if (step.Kind == StepKind.Connect)
            {
                if (said.Remove(step.Peer, out var ended) && ended.Count > 0) yield return Made(ended);
                said[step.Peer] = [];
            }
            else if (step.Kind == StepKind.Send) said[step.Peer].AddRange(BytesOf(step.Text));
        }
        foreach (var open in said.Values.Where(open => open.Count > 0)) yield return Made(open);

        Conversation Made(List<byte> bytes) =>
            new(transcript.Name, access, [.. PacketBytes.Cut(bytes.ToArray())]);
    }

    /// <summary>A packet id that only the broker knew becomes 1, the id that it begins with.</summary>
    private static IEnumerable<byte> BytesOf(string text) =>
        PacketText.Parse(text).Parts.Select(part => part >= 0 ? (byte)part : (byte)(part & 1 ^ 1));

    private static IEnumerable<Conversation> OfSamples()
    {
        foreach (var version in Enum.GetValues<ProtocolVersion>())
        {
            var connect = PacketText.Bytes(version switch
            {
                ProtocolVersion.V500 => """10 ["MQTT" 05 00 00 3c {11 00 00 00 64 22 00 0a} "sample"]""",
                ProtocolVersion.V311 => """10 ["MQTT" 04 00 00 3c "sample"]""",
                _ => """10 ["MQIsdp" 03 00 00 3c "sample"]""",
            });
            foreach (var packet in SamplePackets.Of(version))
                yield return new($"sample {version}", Access.Anonymous,
                    packet[0] == 0x10 ? [packet] : [connect, packet]);
        }
    }
}
