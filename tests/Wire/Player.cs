using LightMq.Mqtt;

namespace LightMq.Tests;

/// <summary>A transcript and a broker differ.</summary>
internal sealed class Difference(string message) : Exception(message);

/// <summary>Plays a transcript to a broker and stops at the first difference.</summary>
internal sealed class Player(Transcript transcript, IStage stage)
{
    private readonly Dictionary<string, byte[]> _names = [];

    public void Play()
    {
        for (var at = 0; at < transcript.Steps.Count;)
        {
            var step = transcript.Steps[at];
            var together = step.Kind != StepKind.ExpectAnyOrder ? 1 : transcript.Steps.Skip(at)
                .TakeWhile(next => next.Kind == step.Kind && next.Peer == step.Peer).Count();
            try
            {
                Play(step, [.. transcript.Steps.GetRange(at, together).Select(one => one.Text)]);
            }
            catch (Difference difference)
            {
                throw new Difference($"{transcript.Name}:{step.Line}: {difference.Message}");
            }
            at += together;
        }
    }

    private void Play(Step step, string[] texts)
    {
        switch (step.Kind)
        {
            case StepKind.Connect: stage.Connect(step.Peer); break;
            case StepKind.Send: stage.Send(step.Peer, Resolve(step.Text)); break;
            case StepKind.Expect: Expect(step); break;
            case StepKind.ExpectAnyOrder: ExpectAnyOrder(step.Peer, texts); break;
            case StepKind.ConnAck: ExpectConnAck(step); break;
            case StepKind.Refused: ExpectRefused(step); break;
            case StepKind.Disconnect: ExpectDisconnect(step); break;
            case StepKind.Silent: ExpectNothing(step.Peer, stage.Pending(step.Peer)); break;
            case StepKind.Closed: ExpectNothing(step.Peer, stage.PendingAtEnd(step.Peer)); break;
            case StepKind.Cut: stage.Cut(step.Peer); break;
            case StepKind.Advance: stage.Advance(step.Milliseconds); break;
            case StepKind.Restart: stage.Restart(); break;
            default: throw new InvalidOperationException(step.Kind.ToString());
        }
    }

    private void Expect(Step step)
    {
        var text = PacketText.Parse(step.Text);
        var received = stage.Receive(step.Peer, text.Parts.Count);
        if (!TryMatch(text, received))
            throw new Difference($"{step.Peer} expected {step.Text}, received {PacketText.Hex(received)}");
    }

    private void ExpectAnyOrder(string peer, string[] texts)
    {
        var open = texts.Select(PacketText.Parse).ToList();
        var received = stage.Receive(peer, open.Sum(text => text.Parts.Count));
        for (var at = 0; open.Count > 0;)
        {
            var rest = received.AsSpan(at);
            if (!FrameReader.TryRead(rest, int.MaxValue, out var frame))
                throw new Difference($"{peer} expected {open.Count} packets more than were received");
            var packet = rest[..frame.Length].ToArray();
            var found = open.FindIndex(text => TryMatch(text, packet));
            if (found < 0) throw new Difference($"{peer} received {PacketText.Hex(packet)}");
            open.RemoveAt(found);
            at += packet.Length;
        }
    }

    // Flags, code and the properties named; what else a broker tells of itself is its own affair.
    private void ExpectConnAck(Step step)
    {
        var texts = step.Text.Split(" with ");
        var packet = ReceiveFrame(step.Peer);
        var told = packet is [0x20, ..] ? FiveConnAck.Properties(packet) : null;
        var named = texts.Length == 1 ? [] : texts[1].Split(',');
        if (told == null || !FiveConnAck.FlagsAndCode(packet).SequenceEqual(PacketText.Bytes(texts[0]))
            || named.Any(one => !told.Any(property => FiveConnAck.IsAs(property, one.Trim()))))
            throw new Difference($"{step.Peer} expected {step.Text}, received {PacketText.Hex(packet)}");
    }

    // The end; a CONNACK before it is a broker's choice, its code is not.
    private void ExpectRefused(Step step)
    {
        var packet = stage.PendingAtEnd(step.Peer);
        if (packet.Length == 0) return;
        var code = PacketText.Bytes(step.Text).Single();
        if (packet is not [0x20, > 1, 0, ..] || packet.Length != 2 + packet[1] || packet[3] != code)
            throw new Difference($"{step.Peer} refused {step.Text}, received {PacketText.Hex(packet)}");
    }

    // Its code, with or without properties, and then the end.
    private void ExpectDisconnect(Step step)
    {
        var packet = stage.PendingAtEnd(step.Peer);
        var code = PacketText.Bytes(step.Text).Single();
        if (packet is not [0xE0, > 0, ..] || packet.Length != 2 + packet[1] || packet[2] != code)
            throw new Difference(
                $"{step.Peer} expected DISCONNECT {step.Text}, received {PacketText.Hex(packet)}");
    }

    private byte[] ReceiveFrame(string peer)
    {
        var packet = stage.Receive(peer, 2).ToList();
        while (packet.Count is 2 or 3 or 4 && packet[^1] >= 0x80) packet.AddRange(stage.Receive(peer, 1));
        if (packet.Count < 2) return [.. packet];
        var length = packet.Skip(1).Select((part, at) => (part & 0x7F) << 7 * at).Sum();
        return [.. packet, .. stage.Receive(peer, length)];
    }

    private static void ExpectNothing(string peer, byte[] pending)
    {
        if (pending.Length > 0) throw new Difference($"{peer} received {PacketText.Hex(pending)}");
    }

    // A name met for the first time takes the bytes that stand there; afterwards it means those.
    private bool TryMatch(PacketText text, byte[] received)
    {
        if (received.Length != text.Parts.Count) return false;
        var seen = new Dictionary<string, byte[]>();
        for (var at = 0; at < received.Length; at++)
        {
            var part = text.Parts[at];
            if (part >= 0)
            {
                if (part != received[at]) return false;
                continue;
            }
            var name = text.Names[(-1 - part) / 2];
            var bytes = received.AsSpan(at, 2).ToArray();
            if (!bytes.SequenceEqual(_names.GetValueOrDefault(name) ?? bytes)) return false;
            seen[name] = bytes;
            at++;
        }
        foreach (var (name, bytes) in seen) _names[name] = bytes;
        return true;
    }

    private byte[] Resolve(string packet)
    {
        var text = PacketText.Parse(packet);
        return [.. text.Parts.Select(part => part >= 0
            ? (byte)part : _names[text.Names[(-1 - part) / 2]][(-1 - part) % 2])];
    }
}
