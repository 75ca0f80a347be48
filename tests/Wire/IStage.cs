namespace LightMq.Tests;

/// <summary>Where a transcript is played: a broker, and peers by name.</summary>
internal interface IStage : IDisposable
{
    /// <summary>Opens a connection; a name may be used again once its connection has ended.</summary>
    void Connect(string peer);

    void Send(string peer, byte[] bytes);

    /// <summary>Takes <paramref name="count"/> bytes; fewer if no more come.</summary>
    byte[] Receive(string peer, int count);

    /// <summary>Whatever waits once the broker has done all it was asked.</summary>
    byte[] Pending(string peer);

    /// <summary>Waits until the broker ends the connection; gives what came before that.</summary>
    /// <exception cref="Difference">It does not end.</exception>
    byte[] PendingAtEnd(string peer);

    /// <summary>Ends the connection without DISCONNECT; back once the broker has seen it.</summary>
    void Cut(string peer);

    /// <summary>Lets time pass (bare core only).</summary>
    void Advance(int milliseconds);

    /// <summary>Ends the process, and starts another from its store (bare core only).</summary>
    void Restart();
}
