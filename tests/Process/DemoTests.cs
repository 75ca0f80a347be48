using System.Diagnostics;
using LightMq.Process.Broker;
using Xunit;

namespace LightMq.Process;

/// <summary><c>./build.sh demo</c>, breaking things by itself.</summary>
public sealed class DemoTests(ITestOutputHelper output)
{
    [Fact]
    public async Task The_demo_breaks_everything_once_and_all_arrives()
    {
        var program = Path.Combine(
            Repository.Root, "examples", "demo", "bin", "Release", "net10.0", "lightmq-demo");
        using var demo = System.Diagnostics.Process.Start(
            new ProcessStartInfo(program, ["--seconds", "14"]) { RedirectStandardOutput = true })!;
        var text = await demo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        output.WriteLine(text);
        await demo.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, demo.ExitCode);
        Assert.Contains("> kill edge", text);
        Assert.Contains("each stream once and in order", text);
    }
}
