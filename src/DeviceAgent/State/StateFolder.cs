using System.Globalization;
using System.Text;
using LightMq.Service;

namespace LightMq.DeviceAgent.State;

/// <summary>The state directory: what survives a restart (docs/FORMATS.md).</summary>
internal static class StateFolder
{
    /// <summary>
    /// The number of this start, one more than the last; without a directory, or when its file says nothing,
    /// the time in seconds, which is more than any count of starts.
    /// </summary>
    /// <param name="directory">The directory; empty: none.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="StartFailure">It cannot be used.</exception>
    public static long NextStart(string directory, TimeProvider time)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        if (directory.Length == 0) return now;
        var path = Path.Combine(directory, "start");
        try
        {
            Directory.CreateDirectory(directory);
            var text = PrivateFile.ReadText(path);
            var start = text is null ? 1
                : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var last)
                    ? last + 1
                : now;
            PrivateFile.Write(path, Encoding.ASCII.GetBytes(start.ToString(CultureInfo.InvariantCulture)));
            return start;
        }
        catch (UnauthorizedAccessException wrong)
        {
            throw new StartFailure(ExitCode.NoPermission, $"'{directory}' is not permitted: {wrong.Message}");
        }
        catch (IOException wrong)
        {
            throw new StartFailure(ExitCode.CannotCreate, $"'{directory}' cannot be used: {wrong.Message}");
        }
    }
}
