using LightMq.Cli.Board;
using LightMq.Cli.Provision;

namespace LightMq.Cli.Status;

/// <summary>The command <c>lightmq status</c>.</summary>
/// <param name="paths">Where things are.</param>
/// <param name="time">The clock.</param>
/// <param name="output">Where lines go.</param>
internal sealed class StatusCommand(BoxPaths paths, TimeProvider time, TextWriter output)
{
    /// <summary>Shows it.</summary>
    public int Run(bool isJson)
    {
        var lines = new BoxView(paths, time).ForEngineer().ToArray();
        output.Write(isJson ? BoxView.Json(lines) : BoxView.Page(lines));
        return 0;
    }

    /// <summary>Writes what a laptop shall find on the card, if it has changed.</summary>
    public void WriteCard(IBoxDisk disk, ICardMount mount)
    {
        try
        {
            new Card(paths.Boot, disk, mount).Show(
                Card.StatusName, BoxView.Page(new BoxView(paths, time).ForCard()));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            output.WriteLine($"the card cannot be written: {wrong.Message}");
        }
    }
}
