using LightMq.Mqtt;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Devices;

/// <summary>
/// A client's answers: they leave in the order of what they answer (MQTT-4.6.0-2), after the time that the
/// application takes for each.
/// </summary>
public sealed class Answers(Scheduler scheduler, long delay, Action<PacketType, ushort> send)
{
    private readonly Queue<(PacketType Type, ushort Id)> _waiting = new();
    private int _run;
    private bool _isBusy;

    public int Count => _waiting.Count;

    public void Give(PacketType type, ushort id)
    {
        if (delay == 0)
        {
            send(type, id);
            return;
        }
        _waiting.Enqueue((type, id));
        if (!_isBusy) GiveNextLater();
    }

    /// <summary>The connection is gone: nobody waits for them.</summary>
    public void Clear()
    {
        _run++;
        _isBusy = false;
        _waiting.Clear();
    }

    private void GiveNextLater()
    {
        _isBusy = true;
        var run = _run;
        scheduler.After(scheduler.Random.Spread(delay / 4 + 1, delay * 2), () =>
        {
            if (run != _run || !_waiting.TryDequeue(out var answer)) return;
            _isBusy = false;
            if (_waiting.Count > 0) GiveNextLater();
            send(answer.Type, answer.Id);
        });
    }
}
