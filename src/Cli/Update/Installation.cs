using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using LightMq.Cli.Board;
using LightMq.Cli.Settings;
using LightMq.Service;

namespace LightMq.Cli.Update;

/// <summary>
/// Installs a bundle into the slot that does not run, and starts the box anew. Until RAUC has switched
/// slots at its very end the box starts the system that it has; from then on the new one, which must prove
/// itself.
/// </summary>
/// <param name="paths">Where things are.</param>
/// <param name="disk">File systems.</param>
/// <param name="time">The clock.</param>
/// <param name="output">Where lines go.</param>
internal sealed partial class Installation(
    BoxPaths paths, IBoxDisk disk, TimeProvider time, TextWriter output)
{
    /// <summary>Refused, or failed: the system is as before.</summary>
    public const int Failed = 1;
    /// <summary>Another one goes on.</summary>
    public const int Busy = 75;

    // RAUC says each step; the longest writes a whole slot.
    private const int SilenceSecondsMax = 1_800;
    private const long FreeBytesMin = 16 << 20;

    private readonly BoxFacts _facts = new(paths);

    /// <summary>Does it, unless another one goes on.</summary>
    /// <param name="id">Of the command.</param>
    /// <param name="find">Gives the request, while nobody else installs; null: there is nothing to
    /// do.</param>
    /// <returns>The exit status.</returns>
    public int Run(string id, Func<UpdateBoard, UpdateRequest?> find)
    {
        var board = new UpdateBoard(paths, id, output);
        using var held = TryHold();
        if (held is null)
        {
            var other = BoxFacts.Text(BoxFacts.Json(paths.UpdateState), "message");
            if (other.Length == 0) other = "it has just begun";
            board.ShowBusy($"busy: another update goes on ({other})");
            return Busy;
        }
        // The line to whoever asked by hand may break; the update goes on.
        using var hangUp = PosixSignalRegistration.Create(
            PosixSignal.SIGHUP, static signal => signal.Cancel = true);
        using var end = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Stopped(board));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Stopped(board));
        UpdateRequest? request = null;
        var status = Failed;
        try
        {
            request = find(board);
            if (request is not null) status = Install(request, board);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            board.Show("failed", 0, $"{wrong.Message}; version {_facts.Version} runs on");
        }
        if (status == Failed && request is { IsOurs: true }) disk.Delete(request.Bundle);
        return status;
    }

    // What it shows would be taken for true until the next start.
    private static void Stopped(UpdateBoard board)
    {
        if (board.State is "" or "refused" or "failed" or "restarting") return;
        board.Show("failed", 0, board.State == "waiting"
            ? "it was stopped; what is installed starts with the box's next start"
            : "it was stopped; what RAUC has begun goes on: lightmq update status");
    }

    private FileStream? TryHold()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(paths.UpdateLock)!);
        try
        {
            return new FileStream(
                paths.UpdateLock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private int Install(UpdateRequest request, UpdateBoard board)
    {
        var name = request.Name;
        board.Show("checking", 0, $"{name} is checked");
        if (Check(request, out var bundle) is { } refusal)
        {
            board.Show("refused", 0, $"{name} is refused: {refusal}");
            return Failed;
        }
        var window = WindowOf(request);
        var book = new UpdateBook(paths, disk);
        var update = new PendingUpdate(
            request.Id, _facts.Version, bundle!.Version, false, "", _facts.BootId);
        book.Note(update);
        // In a session of its own: what hangs up on us shall not end it.
        string[] install = ["--wait", "rauc", "install", request.Bundle];
        var result = Programs.Run("setsid", install, SilenceSecondsMax, line =>
        {
            if (Progress().Match(line) is not { Success: true } step) return;
            board.Show("installing", int.Parse(step.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
                $"{name}, version {bundle.Version}: {step.Groups[2].Value}");
        });
        if (result.Status != 0)
        {
            book.Forget();
            board.Show("failed", 0, $"{name} was not installed: {WhyIn(result)}; version {_facts.Version} "
                + "runs on");
            return Failed;
        }
        book.Note(update with { IsInstalled = true });
        if (request.IsOurs) disk.Delete(request.Bundle);
        return Restart(bundle, window, board);
    }

    private string? Check(UpdateRequest request, out Bundle? bundle)
    {
        bundle = null;
        if (_facts.Compatible.Length == 0) return "this is no image of LightMq; it has no slots";
        var file = new FileInfo(request.Bundle);
        if (!file.Exists || file.LinkTarget is not null) return "there is no such file";
        // The other slot is the only one that has proved itself, as long as this one is looked at.
        if (!request.IsForced && IsJudged())
            return $"version {_facts.Version} is still being looked at; try again once it is found healthy, "
                + "in some minutes (systemctl status lightmq-health)";
        if (File.Exists(paths.NoData)) return "the data partition is not there; mend that first";
        var free = new DriveInfo(paths.At("/data")).AvailableFreeSpace;
        if (free < FreeBytesMin) return $"only {free >> 20} MiB are free on the data partition";
        bundle = Bundle.Read(request.Bundle, out var problem);
        return bundle is null ? problem : bundle.Refusal(_facts, request.IsForced);
    }

    private static bool IsJudged() => Programs.Run("systemctl", ["is-active", "lightmq-health.service"])
        .Output.Trim() == "activating";

    /// <summary>That of the request, else that of <c>lightmq.txt</c>, else any time.</summary>
    internal RestartWindow WindowOf(UpdateRequest request)
    {
        var text = request.Window.Length > 0 ? request.Window : BoxFacts.Text(_facts.Box, "updateWindow");
        DayWindow? part = DayWindow.TryParse(text, out var window) ? window : null;
        var isTrusted = _facts.Box?["trustedClock"]?.GetValueKind() == System.Text.Json.JsonValueKind.True;
        return new RestartWindow(part, TimeZoneInfo.Local, time,
            () => isTrusted || KernelClock.IsSynchronized());
    }

    private static string WhyIn(ProgramResult result) =>
        result.Output.Split('\n').Concat(result.Errors.Split('\n'))
            .LastOrDefault(static line =>
                line.StartsWith("LastError: ", StringComparison.Ordinal)) is { } line
            ? line[11..] + DamageIn(line) : result.Reason;

    // Its blocks are proved one by one, as they are read.
    private static string DamageIn(string line) =>
        line.Contains("Input/output error", StringComparison.Ordinal)
            ? " (the bundle is damaged or was changed; or the card is worn out)" : "";

    private int Restart(Bundle bundle, RestartWindow window, UpdateBoard board)
    {
        if (!window.IsOpen)
            board.Show("waiting", 100, $"version {bundle.Version} is installed, and starts in the update "
                + "window");
        window.Wait();
        board.Show("restarting", 100, $"the box starts anew with version {bundle.Version}");
        var result = Programs.Run("systemctl", ["reboot"]);
        if (result.Status == 0) return 0;
        board.Show("failed", 100, $"version {bundle.Version} runs from the next start on; systemctl reboot: "
            + result.Reason);
        return Failed;
    }

    [GeneratedRegex(@"^\s*(\d{1,3})% (.+)$")]
    private static partial Regex Progress();
}
