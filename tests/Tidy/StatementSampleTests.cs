using LightMq.Tidy.Checks;
using Xunit;

namespace LightMq.Tidy;

/// <summary>The checks of the statements find what they are for, and only that.</summary>
public sealed class StatementSampleTests
{
    [Fact]
    public void Every_statement_is_known_once() =>
        Assert.Equal((141, 251), (Count("MQTT-"), Count("MQTT5-")));

    [Theory]
    [InlineData("| MQTT-3.1.2-1 | a name | |")]
    [InlineData("| MQTT-3.1.2-1 | a name | none: |")]
    [InlineData("| MQTT-3.1.2-1 | a name | `gone` |")]
    [InlineData("| MQTT-3.1.2-1 | a name | `cites-another` |")]
    [InlineData("| MQTT-3.1.2-1 | a name | `proof`, `gone` |")]
    [InlineData("| MQTT-3.1.2-1 | a name | `Kept.Nothing_is` |")]
    [InlineData("| MQTT-3.1.2-1 | a name | `Kept` |")]
    [InlineData("| MQTT5-3.1.2-1 | a name | `proof` |")]
    public void A_row_without_its_proof_is_found(string row) =>
        Assert.Single(Statements.Unproven(Sample(row)));

    [Theory]
    [InlineData("| MQTT-3.1.2-1 | a name | `proof`, `Kept.All_is` |")]
    [InlineData("| MQTT-3.1.2-1 | – | none: it cannot be |")]
    public void A_row_with_its_proof_is_fine(string row) => Assert.Empty(Statements.Unproven(Sample(row)));

    [Fact]
    public void A_statement_left_out_or_named_twice_or_invented_is_found()
    {
        var whole = "Clients only: " + string.Join(", ", Statements.All) + ".\n";
        Assert.Empty(Statements.Miscounted(Sample(whole)));
        Assert.Single(Statements.Miscounted(Sample(whole.Replace("MQTT-3.1.2-1, ", ""))));
        Assert.Single(Statements.Miscounted(Sample(whole + "| MQTT-3.1.2-1 | a name | `proof` |\n")));
        Assert.Single(Statements.Miscounted(Sample(whole + "| MQTT-3.1.2-25 | a name | `proof` |\n")));
        Assert.Equal(Statements.All.Count, Statements.Miscounted(Sample("")).Count());
    }

    [Theory]
    [InlineData("src/A/B.cs", "// MQTT-3.1.2-25")]
    [InlineData("tests/Unit/A.cs", "// MQTT5-2.2.1-1")]
    [InlineData("tests/Wire/Transcripts/a.txt", "! MQTT-3.1.2-4 MQTT-3.1.2-99")]
    public void A_statement_that_the_standard_does_not_have_is_found(string path, string text) =>
        Assert.Single(Statements.Unknown(Project.Sample((path, text))));

    [Fact]
    public void Sections_and_other_files_are_fine() => Assert.Empty(Statements.Unknown(Project.Sample(
        ("src/A/B.cs", "// MQTT-3.1.2-4, MQTT5-3.3.2.3.4, MQTT-3.12, MQTT5-3.1.2-30"),
        ("docs/A.md", "MQTT-3.1.2-99"))));

    private static int Count(string version) =>
        Statements.All.Count(one => one.StartsWith(version, StringComparison.Ordinal));

    private static Project Sample(string page) => Project.Sample(
        (Statements.Page, page),
        ("tests/Wire/Transcripts/proof.txt", "# A story.\n! MQTT-3.1.2-1 LMQ-ID-4\n"),
        ("tests/Wire/Transcripts/cites-another.txt", "# MQTT-3.1.2-1\n! MQTT-3.1.2-11\n"),
        ("tests/Unit/Kept.cs", "class Kept { void All_is() {} }"));
}
