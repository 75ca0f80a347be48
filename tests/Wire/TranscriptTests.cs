using System.Text.RegularExpressions;
using LightMq.Tests.Stages;
using Xunit;

namespace LightMq.Tests;

/// <summary>The transcripts and their player prove something.</summary>
public sealed partial class TranscriptTests
{
    [GeneratedRegex(@"^(MQTT5?-[1-7](\.\d+){1,3}(-\d+)?|LMQ-[A-Z]{2,4}-\d+)$")]
    private static partial Regex Clause { get; }

    [Fact]
    public void Every_transcript_tells_its_story_and_cites_what_it_proves()
    {
        foreach (var transcript in WireTests.All)
        {
            Assert.False(string.IsNullOrWhiteSpace(transcript.Story), transcript.Name);
            Assert.NotEmpty(transcript.Clauses);
            Assert.All(transcript.Clauses, clause => Assert.Matches(Clause, clause));
            Assert.NotEmpty(transcript.Steps);
        }
    }

    [Fact]
    public void A_broker_that_sends_another_byte_is_caught()
    {
        var caught = 0;
        foreach (var transcript in WireTests.All)
        {
            var at = transcript.Steps.FindIndex(step => step.Kind == StepKind.Expect);
            if (at < 0 || !WireTests.Core.Any(row => row.Data == transcript.Name)) continue;
            var step = transcript.Steps[at];
            // The first expectation, with its last byte changed.
            var bytes = PacketText.Bytes(step.Text);
            bytes[^1] ^= 1;
            transcript.Steps[at] = step with { Text = PacketText.Hex(bytes) };
            using (var stage = new CoreStage(transcript, 65_536))
                Assert.Throws<Difference>(() => new Player(transcript, stage).Play());
            transcript.Steps[at] = step;
            caught++;
        }
        Assert.InRange(caught, 60, WireTests.All.Length);
    }

    [Theory]
    [InlineData("A silent", "received d0 00")]
    [InlineData("A closed", "still open")]
    [InlineData("A< d0 00 d0 00", "received d0 00")]
    [InlineData("A< d0", "", "A silent", "received 00")]
    [InlineData("A<~ d0 00", "", "A<~ d0 00", "1 packets more")]
    [InlineData("A< $x", "", "A> 30 [\"t\" $x] c0 00", "", "A< $x", "")]
    public void What_differs_is_caught(params string[] linesAndDifferences)
    {
        var text = """
            connect A
            A> 10 ["MQTT" 04 02 00 3c "a"] c0 00
            A< 20 02 00 00

            """ + string.Join('\n', linesAndDifferences.Where((_, at) => at % 2 == 0));
        var expected = linesAndDifferences[^1];
        var transcript = Transcript.Parse("seeded", text);
        using var stage = new CoreStage(transcript, 65_536);
        var difference = Record.Exception(() => new Player(transcript, stage).Play());
        if (expected.Length == 0) Assert.Null(difference);
        else Assert.Contains(expected, Assert.IsType<Difference>(difference).Message);
    }

    [Theory]
    [InlineData("A says hello")]
    [InlineData("connect")]
    [InlineData("!no-oracle")]
    [InlineData("!plain")]
    public void A_line_that_is_not_understood_is_an_error(string line) =>
        Assert.Throws<FormatException>(() => Transcript.Parse("bad", line));

    [Theory]
    [InlineData("3")]
    [InlineData("zz")]
    [InlineData("10 [00")]
    [InlineData("10 00]")]
    [InlineData("\"a")]
    [InlineData("$")]
    [InlineData("0102")]
    public void Bytes_that_are_not_understood_are_an_error(string text) =>
        Assert.Throws<FormatException>(() => PacketText.Parse(text));
}
