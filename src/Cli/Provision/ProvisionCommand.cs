using LightMq.Cli.Board;
using LightMq.Service;

namespace LightMq.Cli.Provision;

/// <summary>The command <c>lightmq provision</c>.</summary>
/// <param name="paths">Where things are.</param>
/// <param name="time">The clock.</param>
/// <param name="output">Where lines go.</param>
internal sealed class ProvisionCommand(BoxPaths paths, TimeProvider time, TextWriter output)
{
    /// <summary>Runs it at the start of the box, or by hand.</summary>
    /// <returns>0: the box is as its sheet says, or as before where there is none; 78: the sheet has mistakes;
    /// 74: the disk refuses.</returns>
    public int Run()
    {
        var disk = new BoxDisk(BoxDisk.GroupOf(paths.At("/etc/group"), "lightmq"));
        var card = new Card(paths.Boot, disk, new CardMount(paths.Boot));
        try
        {
            FactoryReset.FinishIfAsked(paths, disk);
            var report = new Provisioning(paths, disk, card, Chance.Fill, time).Run();
            Say(report);
            SetHostName(disk);
            return report.Outcome == ProvisionOutcome.Mistakes ? ExitCode.Configuration : ExitCode.Done;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            var report = new ProvisionReport(ProvisionOutcome.Failed, false, [], wrong.Message);
            try
            {
                disk.Write(paths.ProvisionState, System.Text.Encoding.UTF8.GetBytes(report.Json()), Files.Readers.All);
            }
            // Then nothing but the exit status tells.
            catch (Exception again) when (again is IOException or UnauthorizedAccessException)
            {
                output.WriteLine(again.Message);
            }
            throw new StartFailure(ExitCode.Disk, $"{wrong.Message}; the configuration before holds");
        }
    }

    private void Say(ProvisionReport report)
    {
        foreach (var mistake in report.Mistakes)
            output.WriteLine(mistake.Line == 0 ? mistake.Text : $"line {mistake.Line}: {mistake.Text}");
        if (report.Note.Length > 0) output.WriteLine(report.Note);
        output.WriteLine(report.Outcome switch
        {
            ProvisionOutcome.Ready => report.HasChanged ? "lightmq.txt is taken over" : "nothing has changed",
            ProvisionOutcome.Unprovisioned => "there is no lightmq.txt yet: only this box itself is served",
            _ => $"lightmq.txt is not taken over; see {Card.ErrorsName}",
        });
    }

    // systemd has read the name before us, at the first start with it.
    private void SetHostName(BoxDisk disk)
    {
        const string Kernel = "/proc/sys/kernel/hostname";
        if (paths.Root != "/" || disk.Read("/etc/hostname") is not { } name) return;
        if (File.ReadAllBytes(Kernel).AsSpan().SequenceEqual(name)) return;
        try
        {
            File.WriteAllBytes(Kernel, name);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            output.WriteLine($"the name counts from the next start on: {wrong.Message}");
        }
    }
}
