namespace LightMq.DeviceAgent.Buses;

/// <summary>Does one piece of work after the other, beside the loop.</summary>
internal interface IBus : IDisposable
{
    /// <summary>Puts down work.</summary>
    void Post(Action work);
}

/// <summary>
/// A thread for one bus: what hangs in the kernel there holds up nothing else. A background thread, for one
/// that hangs must not keep the process from ending.
/// </summary>
internal sealed class BusThread : IBus
{
    private const int StackBytes = 256 * 1024;
    private readonly Queue<Action> _work = new();
    private bool _isOver;

    /// <param name="name">The bus.</param>
    public BusThread(string name) =>
        new Thread(Run, StackBytes) { Name = name, IsBackground = true }.Start();

    /// <inheritdoc/>
    public void Post(Action work)
    {
        lock (_work)
        {
            _work.Enqueue(work);
            Monitor.Pulse(_work);
        }
    }

    /// <summary>Ends once what was put down is done; does not wait for it.</summary>
    public void Dispose()
    {
        lock (_work)
        {
            _isOver = true;
            Monitor.Pulse(_work);
        }
    }

    private void Run()
    {
        while (Next() is { } work) work();
    }

    private Action? Next()
    {
        lock (_work)
        {
            while (_work.Count == 0)
            {
                if (_isOver) return null;
                Monitor.Wait(_work);
            }
            return _work.Dequeue();
        }
    }
}
