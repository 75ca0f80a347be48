using LightMq.Mqtt;
using LightMq.Simulator.Network;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Chain;

/// <summary>
/// A central of another make: it takes every message into its log, knows nothing of streams, acknowledges
/// in order once it has synced, and closes at what it does not like; before 5.0 without a word.
/// </summary>
public sealed class ForeignCentral(ChainWorld world) : ICentral
{
    private sealed class Guest(LinkEnd end)
    {
        public LinkEnd End { get; } = end;
        public List<byte> In { get; } = [];
        public List<byte> Out { get; } = [];
    }

    private static readonly byte[] s_codes = [0x87, 0x90, 0x95, 0x99];
    private static readonly byte[] s_answers = [0x87, 0x90, 0x99];
    private readonly byte[] _reading = new byte[65_536];
    private readonly List<(byte[] Payload, string Topic)> _unsynced = [];
    private readonly List<(Guest Guest, ushort Id, byte Code)> _owed = [];
    private Guest? _guest;
    private bool _isOn;
    private int _life;

    public string? Unrest => _isOn ? null : "the central is down";
    private ProtocolVersion Version =>
        world.Scenario.SpeaksFive ? ProtocolVersion.V500 : ProtocolVersion.V311;

    public bool Accept(LinkEnd end, string address)
    {
        if (!_isOn) return false;
        // One client id: the newer takes over.
        if (_guest is { } older) Leave(older);
        var guest = _guest = new Guest(end);
        end.Attach(() => Notice(guest), () => Flush(guest));
        return true;
    }

    public void PowerOn() => (_isOn, _life) = (true, _life + 1);

    public void PowerOff()
    {
        world.Tally.Count("power cuts at the central");
        _unsynced.Clear();
        Fall();
    }

    public void Kill()
    {
        world.Tally.Count("kills of the central");
        Sync();
        Fall();
    }

    private void Fall()
    {
        (_isOn, _life) = (false, _life + 1);
        _owed.Clear();
        if (_guest is { } guest)
        {
            guest.End.Forget();
            guest.End.Link.ResetLater(guest.End.Link.Device);
        }
        _guest = null;
        world.Scheduler.After(world.Random.Spread(50_000, 5 * Scheduler.Second), PowerOn);
    }

    private void Notice(Guest guest)
    {
        if (guest != _guest) return;
        if (guest.End.IsReset)
        {
            Leave(guest);
            return;
        }
        var count = guest.End.Incoming.Read(_reading);
        guest.In.AddRange(_reading.AsSpan(0, count));
        var all = guest.In.ToArray().AsSpan();
        var used = 0;
        while (guest == _guest && FrameReader.TryRead(all[used..], 1 << 24, Version, out var frame))
        {
            used += frame.Length;
            Hear(guest, frame);
        }
        guest.In.RemoveRange(0, used);
        if (guest == _guest && guest.End.IsAtEnd) Leave(guest);
    }

    private void Hear(Guest guest, in Frame frame)
    {
        var isFive = world.Scenario.SpeaksFive;
        switch (frame.Type)
        {
            case PacketType.Connect: Say(guest, isFive ? [0x20, 3, 0, 0, 0] : [0x20, 2, 0, 0]); break;
            case PacketType.PingReq: Say(guest, [0xD0, 0]); break;
            case PacketType.Publish:
                var packet = isFive ? PublishPacket.Read5(frame) : PublishPacket.Read(frame);
                if (Reading.NameOf(packet.Payload) is { Poison: not Poison.None })
                    Refuse(guest, packet.PacketId);
                else Take(guest, packet, 0);
                break;
        }
    }

    private void Refuse(Guest guest, ushort id)
    {
        if (world.Scenario.SpeaksFive && id != 0 && world.Random.Happens(0.5))
        {
            _owed.Add((guest, id, world.Random.Pick(s_answers)));
            SyncLater();
            return;
        }
        if (world.Scenario.SpeaksFive) Say(guest, [0xE0, 1, world.Random.Pick(s_codes)]);
        Leave(guest);
    }

    private void Take(Guest guest, in PublishPacket packet, byte code)
    {
        _unsynced.Add((packet.Payload.ToArray(), System.Text.Encoding.UTF8.GetString(packet.Topic)));
        if (packet.PacketId != 0) _owed.Add((guest, packet.PacketId, code));
        SyncLater();
    }

    private void SyncLater()
    {
        var life = _life;
        world.Scheduler.After(world.Random.Spread(100, world.Scenario.CoreMicroseconds), () =>
        {
            if (life == _life) Sync();
        });
    }

    private void Sync()
    {
        foreach (var (payload, topic) in _unsynced) world.Judge.Log.KeptElsewhere(payload, topic);
        _unsynced.Clear();
        foreach (var (guest, id, code) in _owed)
            if (guest == _guest)
                Say(guest, code == 0
                    ? [0x40, 2, (byte)(id >> 8), (byte)id] : [0x40, 3, (byte)(id >> 8), (byte)id, code]);
        _owed.Clear();
    }

    private void Say(Guest guest, ReadOnlySpan<byte> bytes)
    {
        guest.Out.AddRange(bytes);
        Flush(guest);
    }

    private static void Flush(Guest guest) =>
        guest.Out.RemoveRange(0, guest.End.Outgoing.Write(
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(guest.Out)));

    private void Leave(Guest guest)
    {
        guest.End.Close();
        if (guest == _guest) _guest = null;
    }
}
