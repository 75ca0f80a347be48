using System.Text;
using System.Text.Json.Nodes;
using LightMq.Cli.Board;
using LightMq.Cli.Files;
using LightMq.Service;

namespace LightMq.Cli.Update;

/// <summary>Shows how an update goes, for the agent and for a person (FORMATS.md).</summary>
/// <param name="paths">Where things are.</param>
/// <param name="id">Of the command; empty: a person's.</param>
/// <param name="output">Where lines go.</param>
internal sealed class UpdateBoard(BoxPaths paths, string id, TextWriter output)
{
    private const UnixFileMode Readable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
        | UnixFileMode.OtherRead;

    private string _said = "";

    /// <summary>What was shown last; empty: nothing yet.</summary>
    public string State { get; private set; } = "";

    /// <summary>Shows one state.</summary>
    /// <param name="state">checking, copying, installing, waiting, restarting, refused, failed.</param>
    /// <param name="percent">How much of the installing is done.</param>
    /// <param name="message">In plain words.</param>
    public void Show(string state, int percent, string message)
    {
        if (_said != message) Tell(percent > 0 ? $"{percent} % {message}" : message);
        (_said, State) = (message, state);
        Write(paths.UpdateState, state, percent, message);
    }

    /// <summary>Says that another one goes on, beside what that one shows.</summary>
    public void ShowBusy(string message)
    {
        Tell(message);
        Write(paths.UpdateRefused, "busy", 0, message);
    }

    // Whoever asked may have gone, and their terminal with them.
    private void Tell(string line)
    {
        try
        {
            output.WriteLine(line);
        }
        catch (IOException)
        {
        }
    }

    private void Write(string path, string state, int percent, string message)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        PrivateFile.Write(path, Encoding.UTF8.GetBytes(JsonText.Of(new JsonObject
        {
            ["id"] = id, ["state"] = state, ["percent"] = percent, ["message"] = message,
        })), isDurable: false, Readable, -1);
    }
}
