using System.Globalization;
using System.Text;
using LightMq.Process.Broker;

namespace LightMq.Process.Clients;

/// <summary>Every scenario with mosquitto_pub and mosquitto_sub, driven as the others are.</summary>
internal sealed class MosquittoDriver
{
    private const int MessagesCount = 20;

    private readonly string[] _common;
    private readonly string[] _kept;

    private MosquittoDriver(string[] given)
    {
        var version = given[1] switch { "3.1" => "mqttv31", "5" => "mqttv5", _ => "mqttv311" };
        string[] authority = given.Length > 3 ? ["--cafile", given[3]] : [];
        _common = ["-h", "127.0.0.1", "-p", $"{new Uri(given[0]).Port}", "-V", version, .. authority];
        _kept = version == "mqttv5" ? ["-c", "-x", "600"] : ["-c"];
    }

    public static async Task<string> Run(string[] given)
    {
        var driver = new MosquittoDriver(given);
        var output = new StringBuilder();
        if (given[2] == "first") await driver.First(output);
        else
        {
            using var away = Tool.Start("mosquitto_sub", [.. driver._common, .. driver._kept,
                "-i", "away", "-q", "1", "-t", "away/#", "-C", $"{MessagesCount}", "-W", "30"]);
            await Expect(away);
            await away.Finish();
            output.AppendLine("passed offline");
        }
        return output.ToString();
    }

    private async Task First(StringBuilder output)
    {
        for (var qos = 0; qos <= 2; qos++)
        {
            using var live = await Subscribe($"live/{qos}", qos, "%p");
            await Count($"live/{qos}", qos);
            await Expect(live);
            output.AppendLine(CultureInfo.InvariantCulture, $"passed qos{qos}");
        }
        await Publish("kept/x", 1, "-m", "old", "-r");
        using (var kept = await Subscribe("kept/#", 1, "%r %t %p")) await Expect(kept, "1 kept/x old");
        output.AppendLine("passed retained");
        using (var wild = await Subscribe("wild/+/c/#", 1, "%t"))
        {
            foreach (var topic in (string[])["wild/a/x", "wild/a/c", "wild/b/c/d/e"])
                await Publish(topic, 1, "-m", "w");
            await Expect(wild, "wild/a/c", "wild/b/c/d/e");
        }
        output.AppendLine("passed wildcards");
        await Large();
        output.AppendLine("passed 64KiB");
        using (var heir = await Subscribe("will/#", 1, "%t %p"))
        {
            var dying = await Subscribe("none", 0, "%p",
                "--will-topic", "will/dying", "--will-payload", "gone", "--will-qos", "1");
            dying.Dispose(); // SIGKILL
            await Expect(heir, "will/dying gone");
        }
        output.AppendLine("passed will");
        await Tool.Run("mosquitto_sub",
            [.. _common, .. _kept, "-i", "away", "-q", "1", "-t", "away/#", "-E"]);
        await Count("away/t", 1);
    }

    private async Task Large()
    {
        using var scratch = new Scratch();
        var large = Enumerable.Range(0, 65_536).Select(static i => (byte)(i * 7)).ToArray();
        await File.WriteAllBytesAsync(scratch["large"], large);
        using var taker = await Subscribe("large", 2, "%x");
        await Publish("large", 2, "-f", scratch["large"]);
        await Expect(taker, Convert.ToHexStringLower(large));
    }

    /// <summary>A subscriber whose filter stands; it prints each message in the form given.</summary>
    private async Task<Tool> Subscribe(string filter, int qos, string form, params string[] more)
    {
        var tool = Tool.Start("stdbuf", ["-oL", "mosquitto_sub", .. _common,
            "-d", "-q", $"{qos}", "-t", filter, "-F", $"> {form}", .. more]);
        while (!(await tool.Line()).StartsWith("Subscribed", StringComparison.Ordinal)) { }
        return tool;
    }

    private Task<string> Publish(string topic, int qos, params string[] what) =>
        Tool.Run("mosquitto_pub", [.. _common, "-t", topic, "-q", $"{qos}", .. what]);

    private async Task Count(string topic, int qos)
    {
        for (var i = 0; i < MessagesCount; i++) await Publish(topic, qos, "-m", $"m{i}");
    }

    private static async Task Expect(Tool subscriber, params string[] lines)
    {
        if (lines.Length == 0) lines = [.. Enumerable.Range(0, MessagesCount).Select(static i => $"m{i}")];
        foreach (var expected in lines)
        {
            var line = await subscriber.Line();
            // What -d tells of packets stands between the messages.
            while (line.StartsWith("Client ", StringComparison.Ordinal)) line = await subscriber.Line();
            if (line.StartsWith("> ", StringComparison.Ordinal)) line = line[2..];
            if (line != expected) throw new InvalidOperationException($"'{line}' and not '{expected}'");
        }
    }
}
