using LightMq.Service;
using LightMq.Uplink.State;

namespace LightMq.Uplink;

/// <summary>What is done with refused messages.</summary>
internal enum RefusedAction
{
    /// <summary>Show them.</summary>
    List,
    /// <summary>Send them up again.</summary>
    Replay,
    /// <summary>Throw them away.</summary>
    Drop,
}

/// <summary>The command <c>refused</c>: works on the files, beside the running uplink.</summary>
internal static class RefusedCommand
{
    /// <summary>Does it.</summary>
    /// <param name="store">The messages.</param>
    /// <param name="action">What.</param>
    /// <param name="numbers">With which; null: all.</param>
    /// <param name="output">Where it is shown.</param>
    /// <returns>The exit status.</returns>
    /// <exception cref="StartFailure">There is no such message.</exception>
    public static int Run(RefusedStore store, RefusedAction action, long[]? numbers, TextWriter output)
    {
        var known = store.Numbers.ToHashSet();
        foreach (var number in numbers ?? [.. known.Order()])
        {
            if (!known.Contains(number))
                throw new StartFailure(ExitCode.Usage, $"there is no refused message {number}");
            if (action == RefusedAction.Replay) store.Replay(number);
            else if (action == RefusedAction.Drop) store.Drop(number);
            else Show(store, number, output);
        }
        return ExitCode.Done;
    }

    private static void Show(RefusedStore store, long number, TextWriter output)
    {
        if (store.Read(number) is not var (message, code, at))
        {
            output.WriteLine($"{number,6}  cannot be read");
            return;
        }
        output.WriteLine($"{number,6}  {at.UtcDateTime:u}  0x{code:x2}  {message.Payload.Length,6} bytes  "
            + $"{message.Topic}  {message.Client} {message.Sequence}");
    }
}
