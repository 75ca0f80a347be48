using LightMq.Cli.Board;

namespace LightMq.Cli.Provision;

/// <summary>The command <c>lightmq factory-reset</c>.</summary>
/// <param name="paths">Where things are.</param>
/// <param name="disk">File systems.</param>
/// <param name="output">Where lines go.</param>
internal sealed class ResetCommand(BoxPaths paths, IBoxDisk disk, TextWriter output)
{
    /// <summary>Asks, notes that it is wanted, and starts the box anew; there it is done.</summary>
    /// <param name="isSure">Whether nobody is asked.</param>
    /// <param name="input">Where the answer comes from.</param>
    /// <param name="request">The agent's request, which serves once; null: a person asks.</param>
    public int Run(bool isSure, TextReader input, string? request)
    {
        if (request is not null && !Path.Exists(request))
        {
            output.WriteLine($"there is no request '{request}'");
            return 1;
        }
        if (!isSure && request is null)
        {
            output.Write("All settings and all messages of this box will be gone. Write yes to go on: ");
            if (input.ReadLine()?.Trim() != "yes")
            {
                output.WriteLine("nothing is done");
                return 1;
            }
        }
        FactoryReset.Ask(paths, disk);
        if (request is not null) File.Delete(request);
        output.WriteLine("the box starts anew, as it was flashed");
        var result = Programs.Run("systemctl", ["reboot"]);
        if (result.Status != 0) output.WriteLine($"systemctl reboot: {result.Reason}; it is done at the "
            + "next start");
        return 0;
    }
}
