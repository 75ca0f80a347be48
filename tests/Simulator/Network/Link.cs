using LightMq.Simulator.Oracle;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Network;

/// <summary>One TCP connection between a device and the broker, with all that can befall it.</summary>
public sealed class Link
{
    private readonly Scheduler _scheduler;
    private readonly Conditions _conditions;

    public Link(Scheduler scheduler, Conditions conditions, int upWindowBytes, int downWindowBytes)
    {
        _scheduler = scheduler;
        _conditions = conditions;
        var up = new Pipe(scheduler, conditions, upWindowBytes);
        var down = new Pipe(scheduler, conditions, downWindowBytes);
        Device = new LinkEnd(this, up, down);
        Broker = new LinkEnd(this, down, up);
        up.Refused = () => ResetLater(Device);
        down.Refused = () => ResetLater(Broker);
    }

    public LinkEnd Device { get; }
    public LinkEnd Broker { get; }
    /// <summary>
    /// The will that the DISCONNECT among the device's bytes takes back, once all were written.
    /// </summary>
    public WillFacts? LastWill { get; set; }

    /// <summary>The broker has ended it, or the broker itself has ended.</summary>
    public bool IsLetGo { get; set; }

    /// <summary>The broker has stopped reading it, if only for a time.</summary>
    public bool WasStopped { get; set; }

    /// <summary>Nothing gets through any more, whether or not the ends know.</summary>
    public bool IsCut => Device.Outgoing.IsSilent;

    /// <summary>The network drops the connection; both ends learn of it, each in its time.</summary>
    public void Cut()
    {
        Vanish();
        ResetLater(Device);
        ResetLater(Broker);
    }

    /// <summary>Nothing gets through any more and nobody is told: half open.</summary>
    public void Vanish()
    {
        Device.Outgoing.Silence();
        Broker.Outgoing.Silence();
    }

    /// <summary>The device is gone or drops the connection; the broker may not learn of it.</summary>
    public void ResetLater(LinkEnd end) =>
        _scheduler.After(_conditions.Latency(_scheduler.Random), end.Reset);
}

/// <summary>One end of a <see cref="Link"/>: what a socket is to its owner.</summary>
public sealed class LinkEnd(Link link, Pipe outgoing, Pipe incoming)
{
    public Link Link { get; } = link;
    public Pipe Outgoing { get; } = outgoing;
    public Pipe Incoming { get; } = incoming;
    public bool IsClosed { get; private set; }
    /// <summary>The connection was reset under its owner.</summary>
    public bool IsReset { get; private set; }

    /// <summary>Called when bytes, the end or a reset are there to be noticed.</summary>
    public Action? Noticed { get; set; }

    /// <summary>All bytes were read and the peer has closed.</summary>
    public bool IsAtEnd => Incoming.HasEnd && Incoming.Available == 0;

    /// <summary>Tells the owner of arrivals from now on.</summary>
    public void Attach(Action noticed, Action writable)
    {
        Noticed = noticed;
        Incoming.Readable = () =>
        {
            if (!IsClosed) noticed();
        };
        Outgoing.Writable = () =>
        {
            if (!IsClosed) writable();
        };
    }

    /// <summary>Closes in order: what was written still arrives, then the end.</summary>
    public void Close()
    {
        if (IsClosed) return;
        IsClosed = true;
        Incoming.Abandon();
        if (!IsReset) Outgoing.Finish();
    }

    /// <summary>The owner is gone without a word.</summary>
    public void Forget()
    {
        IsClosed = true;
        Incoming.Abandon();
    }

    /// <summary>The connection is found dead.</summary>
    public void Reset()
    {
        if (IsClosed || IsReset) return;
        IsReset = true;
        Noticed?.Invoke();
    }
}
