using LightMq.Mqtt;
using LightMq.Tests.Stages;

namespace LightMq.Tests.Hostile;

/// <summary>A peer that does whatever comes to its mind, some of it right.</summary>
internal sealed class HostilePeer(string name, CoreStage stage, Random random, bool mayWait)
{
    // A CONNECT that waits for the disk keeps what follows it waiting.
    private const int CloseMilliseconds = 1_000;

    private static readonly string[] Clients = ["a", "b", "c", "漢", ""];
    private static readonly string[] Names = ["t", "t/u", "t/u/v", "u", "$own/t", "/", "t//v"];
    private static readonly string[] Filters = ["t", "t/#", "#", "+", "+/u", "t/+/v", "$own/#", "/", "+/+/+"];

    private ServerConduct _conduct = new();
    private long _brokenAt = long.MaxValue;

    public void Act()
    {
        if (stage.IsClosed(name))
        {
            stage.Connect(name);
            _conduct = new ServerConduct();
            _brokenAt = long.MaxValue;
            if (random.Next(20) > 0) Send(Connect());
        }
        switch (random.Next(12))
        {
            case 0: Send(Bytes($"82 [00 {Id()} \"{Any(Filters)}\" 0{random.Next(3)}]")); break;
            case 1: Send(Bytes($"82 [00 {Id()} \"{Any(Filters)}\" 00 \"{Any(Filters)}\" 02]")); break;
            case 2: Send(Bytes($"a2 [00 {Id()} \"{Any(Filters)}\"]")); break;
            case < 7: Send(Publish()); break;
            case 7: Send(Bytes($"62 02 00 {Id()}")); break;
            case 8: Acknowledge(); break;
            case 9: stage.SetTaking(name, random.Next(4) > 0); break;
            case 10: Misbehave(); break;
            default: Send(Bytes("c0 00")); break;
        }
    }

    /// <summary>Looks at what the broker has sent, and answers some of it.</summary>
    public void Look()
    {
        if (stage.IsKnown(name)) _conduct.Received(stage.Take(name));
        if (stage.IsClosed(name)) return;
        if (stage.IsDiskSlow) _brokenAt = long.MaxValue;
        else if (_conduct.IsBroken) _brokenAt = Math.Min(_brokenAt, stage.Milliseconds);
        // Behind a publish that waits for room, a breach waits too.
        if (!mayWait && stage.Milliseconds - CloseMilliseconds > _brokenAt)
            throw new Difference($"{name} is still open");
        if (random.Next(3) > 0) Acknowledge();
    }

    private void Acknowledge()
    {
        if (_conduct.Deliveries.Count == 0) return;
        // Mostly the oldest, sometimes another, rarely one that was never sent.
        var at = random.Next(4) > 0 ? 0 : random.Next(_conduct.Deliveries.Count);
        var (id, qos) = _conduct.Deliveries[at];
        _conduct.Deliveries.RemoveAt(at);
        if (random.Next(30) == 0) id += 7;
        var type = qos switch { 1 => PacketType.PubAck, 2 => PacketType.PubRec, _ => PacketType.PubComp };
        var packet = new byte[PacketWriter.AckSize];
        PacketWriter.Ack(packet, type, id);
        Send(packet);
    }

    private void Misbehave()
    {
        var packet = random.Next(2) == 0 ? Publish() : Connect();
        switch (random.Next(8))
        {
            case 0: stage.Cut(name); break;
            case 1: Send(Bytes("e0 00")); break;
            case 2: Send(packet.AsSpan(0, random.Next(packet.Length)).ToArray()); break;
            case 3: Send(Connect()); break;
            case 4: Send(Bytes("90 [00 01 00]")); break;
            default:
                packet[random.Next(packet.Length)] ^= (byte)(1 << random.Next(8));
                Send(packet);
                break;
        }
    }

    private byte[] Connect() => Bytes(random.Next(4) switch
    {
        0 => $"10 [\"MQTT\" 04 02 00 00 \"{Any(Clients)}\"]",
        1 => $"10 [\"MQTT\" 04 2e 00 0a \"{Any(Clients)}\" \"{Any(Names)}\" \"gone\"]",
        2 => $"10 [\"MQTT\" 04 14 00 3c \"{Any(Clients)}\" \"{Any(Names)}\" \"gone\"]",
        _ => $"10 [\"MQTT\" 04 00 00 3c \"{Any(Clients)}\"]",
    });

    private byte[] Publish()
    {
        var qos = random.Next(3);
        var header = 0x30 | qos << 1 | (qos > 0 ? random.Next(2) << 3 : 0) | random.Next(2);
        var id = qos > 0 ? $"00 {Id()}" : "";
        var payload = random.Next(4) > 0 ? $"61*{random.Next(300)}" : "";
        return Bytes($"{header:x2} [\"{Any(Names)}\" {id} {payload}]");
    }

    private void Send(byte[] bytes)
    {
        _conduct.Sent(bytes);
        stage.Send(name, bytes);
    }

    private string Id() => $"0{random.Next(1, 6)}";

    private string Any(string[] of) => of[random.Next(of.Length)];

    private static byte[] Bytes(string text) => PacketText.Bytes(text);
}
