using LightMq.Cli.Board;
using LightMq.Cli.Update;

namespace LightMq.Cli.Health;

/// <summary>
/// What follows from the health of a system: it is called good, or the box goes back to the one before, or,
/// where that would only go round in a circle, a person is told.
/// </summary>
/// <param name="paths">Where things are.</param>
/// <param name="disk">File systems.</param>
/// <param name="slots">The slots.</param>
/// <param name="output">Where lines go.</param>
internal sealed class HealthGate(BoxPaths paths, IBoxDisk disk, Slots slots, TextWriter output)
{
    private const int Bad = 1;
    private readonly string _version = new BoxFacts(paths).Version;
    private readonly UpdateBook _book = new(paths, disk);

    /// <summary>All is good.</summary>
    public int Pass()
    {
        if (!Tell("mark-good", "booted")) return Bad;
        slots.Prove(paths, disk, _version);
        if (_book.BegunBefore is not { } pending) return 0;
        if (pending.To == _version)
            _book.End(pending, UpdateEnd.Installed, $"version {_version} runs, and proved itself healthy");
        else
        {
            // The boot loader would try it once more after the next power cut.
            if (pending.IsInstalled) Tell("mark-bad", "other");
            _book.End(pending, pending.IsInstalled ? UpdateEnd.RolledBack : UpdateEnd.Interrupted,
                pending.IsInstalled ? pending.Reason.Length > 0 ? pending.Reason
                    : $"version {pending.To} did not start, or not for long enough to say why"
                : "the box went off while it was being installed; version " + _version + " runs on");
        }
        var message = BoxFacts.Text(BoxFacts.Json(paths.UpdateResult), "message");
        output.WriteLine($"update to {pending.To}: {message}");
        return 0;
    }

    /// <summary>Something is not good.</summary>
    public int Fail(string reason)
    {
        if (slots.IsProven(paths, _version))
        {
            // It was healthy before: the other slot, an older one, would help nobody, and the boot loader
            // shall not try it because this one was never called good since the start.
            Tell("mark-good", "booted");
            output.WriteLine($"version {_version} has proved itself before and goes on; look at what is bad");
            return Bad;
        }
        // Without the data partition nothing would remember that going back was tried; the boot loader does.
        if (File.Exists(paths.NoData) && !slots.IsOnTrial(paths))
        {
            output.WriteLine("without the data partition going back helps nobody; look at what is bad");
            return Bad;
        }
        var update = _book.BegunBefore;
        if (update is { IsInstalled: false } || update?.To != _version) update = null;
        // Where RAUC does not answer an update that has just been installed is reason enough.
        if (!slots.IsOtherGood && update is null)
        {
            output.WriteLine("there is no other system to go back to; look at what is bad");
            return Bad;
        }
        if (update is { Reason.Length: > 0 })
        {
            output.WriteLine("going back was tried, and led here again; look at what is bad");
            return Bad;
        }
        Note(reason);
        output.WriteLine($"version {_version} has never proved itself: going back to the other slot");
        var result = Programs.Run("systemctl", ["reboot"]);
        if (result.Status != 0) output.WriteLine($"systemctl reboot: {result.Reason}");
        return Bad;
    }

    // Where the data partition is what is bad this is lost, and the reason is told as unknown.
    private void Note(string reason)
    {
        try
        {
            if (_book.BegunBefore is { } pending)
                _book.Note(pending with { Reason = $"version {_version}: {reason}" });
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            output.WriteLine($"the reason cannot be kept: {wrong.Message}");
        }
    }

    private bool Tell(string what, string slot)
    {
        var result = Programs.Run("rauc", ["status", what, slot]);
        if (result.Status != 0) output.WriteLine($"rauc status {what} {slot}: {result.Reason}");
        return result.Status == 0;
    }
}
