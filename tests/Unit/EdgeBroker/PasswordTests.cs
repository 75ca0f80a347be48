using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Settings;
using LightMq.Host.Passwords;
using Xunit;

namespace LightMq.Unit.EdgeBroker;

/// <summary>Password hashes: their text form, the comparison, and the thread that does it.</summary>
public sealed class PasswordTests
{
    private static readonly byte[] Salt = Encoding.ASCII.GetBytes("saltsaltsaltsalt");

    [Fact]
    public void What_is_printed_is_read_back_and_matches()
    {
        Assert.True(PasswordText.TryParse(PasswordText.Make("geheim", Salt), out var hash));
        using var checker = new PasswordChecker(static (_, _) => { });
        Assert.True(checker.Matches(hash!, Encoding.UTF8.GetBytes("geheim")));
        Assert.True(checker.Matches(hash!, Encoding.UTF8.GetBytes("geheim")));
        Assert.False(checker.Matches(hash!, Encoding.UTF8.GetBytes("geheiM")));
    }

    [Fact]
    public void It_is_PBKDF2_with_HMAC_SHA256()
    {
        // RFC 7914, section 11: PBKDF2-HMAC-SHA-256 (P="passwd", S="salt", c=1) begins with these bytes.
        var hash = new PasswordHash(1, Encoding.ASCII.GetBytes("salt"),
            Convert.FromHexString("55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"));
        using var checker = new PasswordChecker(static (_, _) => { });
        Assert.True(checker.Matches(hash, Encoding.ASCII.GetBytes("passwd")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("md5$1000$c2FsdHNhbHQ=$YWFhYWFhYWFhYWFhYWFhYQ==")]
    [InlineData("pbkdf2-sha256$999$c2FsdHNhbHQ=$YWFhYWFhYWFhYWFhYWFhYQ==")]
    [InlineData("pbkdf2-sha256$-1$c2FsdHNhbHQ=$YWFhYWFhYWFhYWFhYWFhYQ==")]
    [InlineData("pbkdf2-sha256$1000$c2FsdA==$YWFhYWFhYWFhYWFhYWFhYQ==")]
    [InlineData("pbkdf2-sha256$1000$c2FsdHNhbHQ=$YWFh")]
    [InlineData("pbkdf2-sha256$1000$!$YWFhYWFhYWFhYWFhYWFhYQ==")]
    public void Other_texts_are_refused(string text) => Assert.False(PasswordText.TryParse(text, out _));

    [Fact]
    public void Answers_come_in_order()
    {
        Assert.True(PasswordText.TryParse(PasswordText.Make("pw", Salt), out var hash));
        var answers = new BlockingCollection<(Connection, bool)>();
        var connections = Enumerable.Range(0, 3).Select(static _ => new Connection(new(), "a:1")).ToList();
        using var checker = new PasswordChecker((connection, matches) => answers.Add((connection, matches)));
        checker.Submit(connections[0], hash!, Encoding.ASCII.GetBytes("pw"));
        checker.Submit(connections[1], hash!, Encoding.ASCII.GetBytes("no"));
        checker.Submit(connections[2], hash!, Encoding.ASCII.GetBytes("pw"));
        var stop = TestContext.Current.CancellationToken;
        foreach (var (connection, expected) in connections.Zip([true, false, true]))
        {
            Assert.True(answers.TryTake(out var answer, 30_000, stop));
            Assert.Equal((connection, expected), answer);
        }
    }

    [Fact]
    public void A_flood_is_refused_at_once_beyond_its_bound_and_delays_no_stop()
    {
        // Each check takes seconds; a stop that answered all of them would take minutes.
        var slow = new PasswordHash(PasswordText.IterationsMax, Salt, new byte[32]);
        var refused = 0;
        var clock = Stopwatch.StartNew();
        using (var checker = new PasswordChecker((_, _) => Interlocked.Increment(ref refused)))
            for (var i = 0; i < 500; i++) checker.Submit(new Connection(new(), $"a:{i}"), slow, [1]);
        Assert.InRange(refused, 460, 480);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 40);
    }

    [Fact]
    public void Addresses_take_turns()
    {
        var queue = new PasswordQueue<int>();
        for (var i = 0; i < 5; i++) Assert.True(queue.TryAdd($"flood:{i}", i));
        Assert.True(queue.TryAdd("quiet:1", 100));
        var order = new List<int>();
        for (var i = 0; i < 6; i++)
        {
            Assert.True(queue.Take(out var check));
            order.Add(check);
        }
        Assert.Equal([0, 100, 1, 2, 3, 4], order);
        queue.Close();
        Assert.False(queue.Take(out _));
        Assert.False(queue.TryAdd("late:1", 1));
    }
}
