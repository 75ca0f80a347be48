using System.Text.RegularExpressions;
using LightMq.Cli.Provision;
using LightMq.Cli.Settings;
using LightMq.Cli.Sheet;
using Xunit;

namespace LightMq.Unit.Cli;

/// <summary>The sample on the card names every key, and its lines are right.</summary>
public sealed partial class SampleTests
{
    public const string SshKey =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3WYi2hvJUFhrZtCUKGZRPkZvxmz8JSVTpJN6xXh7k me@laptop";

    private static string Sample => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "lightmq-sample.txt"));

    [Fact]
    public void It_names_every_key_once_and_no_other()
    {
        var named = Line().Matches(Sample).Select(line => line.Groups[1].Value).ToArray();
        Assert.Equal(SheetKeys.All.Select(key => key.Name).Order(), named.Order());
    }

    [Fact]
    public void As_it_is_it_says_nothing()
    {
        var mistakes = new List<Mistake>();
        Assert.Empty(SheetReader.Read(Sample, mistakes).Entries);
        Assert.Empty(mistakes);
        using var box = new BoxRig();
        Assert.Equal(ProvisionOutcome.Unprovisioned, box.Run(Sample).Outcome);
    }

    [Theory]
    [InlineData("enrolment-code app-server")]
    [InlineData("auth-server token-resources")]
    [InlineData("auth-server enrolment-code app-server token-resources server-ca")]
    public void With_all_lines_of_one_login_it_is_taken_over(string others)
    {
        using var box = new BoxRig();
        File.WriteAllText(Path.Combine(box.Paths.Boot, "central-ca.pem"), TestAuthority.Pem);
        var report = box.Run(Uncommented(others.Split(' ')));
        Assert.True(report.Outcome == ProvisionOutcome.Ready, string.Join("; ", report.Mistakes));
    }

    [Fact]
    public void Each_line_alone_has_only_mistakes_of_what_is_missing_beside_it()
    {
        foreach (Match line in Line().Matches(Sample))
        {
            var mistakes = new List<Mistake>();
            var sheet = SheetReader.Read(line.Value.TrimStart('#'), mistakes);
            _ = PemReader.Resolve(sheet, _ => null, []);
            Assert.DoesNotContain(mistakes, mistake => mistake.Text.Contains("no key"));
        }
    }

    private static string Uncommented(string[] without) => Line().Replace(
        Sample, line => without.Contains(line.Groups[1].Value) ? line.Value : line.Value[1..]);

    [GeneratedRegex(@"^#([a-z-]+) = .*$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
