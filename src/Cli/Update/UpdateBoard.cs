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

    /// <summary>Shows one state.</summary>
    /// <param name="state">checking, copying, installing, waiting, restarting, refused, failed.</param>
    /// <param name="percent">How much of the installing is done.</param>
    /// <param name="message">In plain words.</param>
    public void Show(string state, int percent, string message)
    {
        if (_said != message) output.WriteLine(percent > 0 ? $"{percent} % {message}" : message);
        _said = message;
        Write(paths.UpdateState, state, percent, message);
    }

    /// <summary>Says that another one goes on, beside what that one shows.</summary>
    public void ShowBusy(string message)
    {
        output.WriteLine(message);
        Write(paths.UpdateRefused, "busy", 0, message);
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
