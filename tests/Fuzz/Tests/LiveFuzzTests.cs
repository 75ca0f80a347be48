using System.Globalization;
using LightMq.Fuzz.Live;
using Xunit;

namespace LightMq.Fuzz.Tests;

/// <summary>The real broker under mutated streams at every door.</summary>
public sealed class LiveFuzzTests(ITestOutputHelper output)
{
    /// <summary>The build server's run; LIGHTMQ_FUZZ_SECONDS makes it another time.</summary>
    private const int Seconds = 75;

    private const int Seed = 1;

    [Fact]
    public void A_client_that_keeps_the_rules_does_not_notice_and_nothing_leaks()
    {
        var seconds = Environment.GetEnvironmentVariable("LIGHTMQ_FUZZ_SECONDS") is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture) : Seconds;
        Assert.Empty(LiveRun.Run(seconds, Seed, output.WriteLine));
    }
}
