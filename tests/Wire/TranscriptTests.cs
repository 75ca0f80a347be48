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
            var at = transcript.Steps.FindIndex(
                step => step.Kind == StepKind.Expect && !step.Text.Contains('$'));
            if (at < 0) continue;
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
    public void What_differs_is_caught(params string[] linesAndDifferences) => Check("""
        connect A
        A> 10 ["MQTT" 04 02 00 3c "a"] c0 00
        A< 20 02 00 00

        """, linesAndDifferences);

    private static void Check(string prelude, string[] linesAndDifferences)
    {
        var text = prelude + string.Join('\n', linesAndDifferences.Where((_, at) => at % 2 == 0));
        var expected = linesAndDifferences[^1];
        var transcript = Transcript.Parse("seeded", text);
        using var stage = new CoreStage(transcript, 65_536);
        var difference = Record.Exception(() => new Player(transcript, stage).Play());
        if (expected.Length == 0) Assert.Null(difference);
        else Assert.Contains(expected, Assert.IsType<Difference>(difference).Message);
    }

    [Theory]
    [InlineData("A connack 00 00 with 21 04 00, 22 00 10", "")]
    [InlineData("A connack 00 00 with 21 …", "")]
    [InlineData("A connack 01 00", "expected 01 00")]
    [InlineData("A connack 00 00 with 21 04 01", "received 20")]
    [InlineData("A connack 00 00 with 12 …", "received 20")]
    [InlineData("A connack 00 00", "", "A disconnect 82", "still open")]
    [InlineData("A connack 00 00", "", "A> c1 00", "", "A disconnect 82", "received e0 01 81")]
    [InlineData("A connack 00 00", "", "A> c1 00", "", "A disconnect 81", "")]
    [InlineData("A connack 00 00", "", "A> e0 00", "", "A disconnect 00", "expected DISCONNECT")]
    [InlineData("A refused 84", "still open")]
    public void What_differs_in_5_0_is_caught(params string[] linesAndDifferences) =>
        Check("""
            connect A
            A> 10 ["MQTT" 05 02 00 3c {} "a"]

            """, linesAndDifferences);

    [Theory]
    [InlineData("A refused 87", "")]
    [InlineData("A refused 86", "received 20")]
    public void A_refusal_with_another_code_is_caught(params string[] linesAndDifferences) =>
        Check("""
            !lmq
            connect A
            A> 10 ["MQTT" 05 c2 00 3c {} "GID_BBB@@@d1" "AK" "lRrW/qFrChWfv+LIVjU1xT3BGs4="]

            """, linesAndDifferences);

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
    [InlineData("10 {00]")]
    [InlineData("10 [{00}")]
    [InlineData("10 00}")]
    [InlineData("\"a")]
    [InlineData("$")]
    [InlineData("0102")]
    public void Bytes_that_are_not_understood_are_an_error(string text) =>
        Assert.Throws<FormatException>(() => PacketText.Parse(text));
}
