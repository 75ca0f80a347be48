using LightMq.Cli.Board;

namespace LightMq.Cli.Update;

/// <summary>The commands <c>lightmq update ...</c>.</summary>
/// <param name="paths">Where things are.</param>
/// <param name="disk">File systems.</param>
/// <param name="time">The clock.</param>
/// <param name="output">Where lines go.</param>
internal sealed class UpdateCommand(BoxPaths paths, IBoxDisk disk, TimeProvider time, TextWriter output)
{
    /// <summary>Installs what the agent asks for in a file.</summary>
    public int Install(string requestFile)
    {
        var request = UpdateRequest.Take(paths, requestFile, out var problem);
        return new Installation(paths, disk, time, output).Run(request?.Id ?? "", board =>
        {
            if (request is null) board.Show("refused", 0, problem);
            return request;
        });
    }

    /// <summary>Installs a bundle that a person names.</summary>
    /// <param name="bundle">Its file.</param>
    /// <param name="isNow">Whether the window does not count.</param>
    /// <param name="isForced">Whether an older version may be.</param>
    public int Install(string bundle, bool isNow, bool isForced) =>
        new Installation(paths, disk, time, output).Run("", _ =>
            new UpdateRequest(Path.GetFullPath(bundle), "", isNow ? "now" : "", isForced, IsOurs: false));

    /// <summary>Installs what is on a stick; a stick without a bundle is no failure.</summary>
    public int Usb(string device)
    {
        var isFound = false;
        var status = new Installation(paths, disk, time, output).Run("", board =>
        {
            var request = new Stick(paths, disk, output).Find(device, board);
            isFound = request is not null;
            return request;
        });
        return status == Installation.Failed && !isFound ? 0 : status;
    }

    /// <summary>Says how the last update went, or goes.</summary>
    public int Status()
    {
        var facts = new BoxFacts(paths);
        output.WriteLine($"version: {(facts.Version.Length > 0 ? facts.Version : "no image of LightMq")}");
        if (BoxFacts.Json(paths.UpdateState) is { } state)
            output.WriteLine($"now: {BoxFacts.Text(state, "state")}: {BoxFacts.Text(state, "message")}");
        if (new UpdateBook(paths, disk).Pending is { } pending)
            output.WriteLine($"begun: from {pending.From} to {pending.To}, "
                + (pending.IsInstalled ? "installed, not proved yet" : "being installed"));
        if (BoxFacts.Json(paths.UpdateResult) is { } result)
            output.WriteLine($"last: {BoxFacts.Text(result, "state")}: {BoxFacts.Text(result, "message")}");
        return 0;
    }
}
