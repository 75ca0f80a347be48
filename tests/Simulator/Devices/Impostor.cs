using System.Text;
using LightMq.Lmq;
using LightMq.Mqtt;
using LightMq.Simulator.Machine;
using LightMq.Simulator.Network;
using LightMq.Simulator.Oracle;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Devices;

/// <summary>
/// Comes under another's client id without a password, and has no token that serves (LMQ-AUTH-2).
/// </summary>
public sealed class Impostor(Surroundings world, Board board, DeviceProfile victim)
{
    private readonly byte[] _packet = new byte[1_024];
    private readonly byte[] _reading = new byte[4_096];
    private LinkEnd? _end;
    private byte[] _in = [];

    private Scheduler Scheduler => world.Scheduler;

    public void Come()
    {
        var link = new Link(Scheduler, world.Scenario.Conditions, 4_096, 4_096);
        var listener = victim.Listener;
        if (!board.Accept(link.Broker, listener, "impostor")) return;
        world.Tally.Count("impostors");
        _end = link.Device;
        _end.Attach(Read, () => { });
        Send(PacketWriter.Connect(_packet, new ConnectFields
        {
            ClientId = Encoding.UTF8.GetBytes(victim.ClientId),
            CleanSession = Scheduler.Random.Happens(0.7),
            KeepAliveSeconds = 30,
        }));
        if (Scheduler.Random.Happens(0.7)) Scheduler.After(Scheduler.Random.Spread(1_000, 100_000), Upload);
        Scheduler.After(Scheduler.Random.Spread(Scheduler.Second, 40 * Scheduler.Second), () => _end.Close());
    }

    private void Upload()
    {
        SimulatedToken token;
        do
            token = board.Office.Spoil(victim.ClientId);
        while (token.Fault == TokenFault.None);
        Send(PacketWriter.Publish(_packet, ControlTopics.UploadToken, Encoding.ASCII.GetBytes(
            $$"""{"token":"{{token.Text}}","type":"{{token.Type.Text()}}"}"""), 1, false, false, 1));
    }

    private void Send(int bytes)
    {
        if (_end is { IsClosed: false, IsReset: false }) _end.Outgoing.Write(_packet.AsSpan(0, bytes));
    }

    private void Read()
    {
        if (_end!.IsReset || _end.IsClosed) return;
        var count = _end.Incoming.Read(_reading);
        _in = [.. _in, .. _reading.AsSpan(0, count)];
        var rest = _in.AsSpan();
        while (FrameReader.TryRead(rest, 1 << 24, ProtocolVersion.V311, out var frame))
        {
            rest = rest[frame.Length..];
            Hear(frame);
        }
        _in = rest.ToArray();
    }

    private static void Hear(in Frame frame)
    {
        if (frame.Type == PacketType.ConnAck) return;
        if (frame.Type == PacketType.Publish
            && PublishPacket.Read(frame).Topic.SequenceEqual(ControlTopics.TokenInvalidNotice)) return;
        TokenRules.Betrayed($"an impostor got {frame.Type}");
    }
}
