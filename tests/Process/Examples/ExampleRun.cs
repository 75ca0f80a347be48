using System.Text.RegularExpressions;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using Xunit;

namespace LightMq.Process.Examples;

/// <summary>A running example: a program, or a page in headless Chromium, whose console is read.</summary>
internal sealed partial class ExampleRun(Tool tool, ExampleSite? site = null) : IDisposable
{
    /// <summary>Opens a page of examples/browser, served by a site of its own.</summary>
    public static async Task<ExampleRun> OfPage(string page, int brokerPort, string secret)
    {
        var site = await ExampleSite.Start();
        // Chromium tells of the console on standard error.
        string[] options =
        [
            "-c", "exec chromium \"$@\" 2>&1 >/dev/null", "chromium",
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--ignore-certificate-errors", "--remote-debugging-port=0", "--enable-logging=stderr",
            $"--user-data-dir={Repository.Cache("chromium-examples")}",
            $"{site.Url}{page}?port={brokerPort}&secret={secret}",
        ];
        return new ExampleRun(Tool.Start("sh", options), site);
    }

    /// <summary>The next line that it prints.</summary>
    public async Task<string> Line()
    {
        while (true)
        {
            var line = await tool.Line();
            if (site is null) return line;
            if (Console().Match(line) is { Success: true } said) return said.Groups[1].Value;
        }
    }

    /// <summary>Lines up to and with one that starts so.</summary>
    public async Task<List<string>> LinesUntil(string start)
    {
        var lines = new List<string>();
        do lines.Add(await Line());
        while (!lines[^1].StartsWith(start, StringComparison.Ordinal));
        return lines;
    }

    /// <summary>A program ends by itself, well and without another word; a page stays.</summary>
    public async Task Finish()
    {
        if (site is null) Assert.Equal("", await tool.Rest());
    }

    /// <summary>
    /// Issues the next token once the example asks for it: it reads a pipe, or a page fetches.
    /// </summary>
    public async Task Hand(Func<Task<string>> issue, string pipe)
    {
        if (site is not null)
        {
            site.Tokens.Add(issue);
            return;
        }
        await using var reader = await Task.Run(() => new StreamWriter(pipe))
            .WaitAsync(TimeSpan.FromSeconds(30));
        await reader.WriteAsync(await issue());
    }

    public void Dispose()
    {
        tool.Dispose();
        site?.Dispose();
    }

    [GeneratedRegex("""INFO:CONSOLE\S* "(.*)", source: """)]
    private static partial Regex Console();
}
