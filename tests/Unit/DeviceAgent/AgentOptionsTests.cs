using LightMq.DeviceAgent.Settings;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

public sealed class AgentOptionsTests
{
    [Fact]
    public void Defaults_come_from_the_host_name()
    {
        var options = AgentOptions.Parse([], "attic");

        Assert.Equal(("127.0.0.1", 1883), (options.Host, options.Port));
        Assert.Equal("board-attic", options.ClientId);
        Assert.Equal("board/board-attic/telemetry", options.Topic);
        Assert.Equal(TimeSpan.FromSeconds(10), options.Interval);
    }

    [Fact]
    public void Every_option_is_taken()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "hush\nsecond line\n");

        var options = AgentOptions.Parse(
            ["--broker", "[::1]:8884", "--interval-seconds", "3", "--topic", "a/b", "--client-id", "c",
                "--user", "u", "--password-file", file], "attic");

        File.Delete(file);
        Assert.Equal(("::1", 8884, "a/b", "c", "u"),
            (options.Host, options.Port, options.Topic, options.ClientId, options.User));
        Assert.Equal("hush"u8.ToArray(), options.Password);
        Assert.DoesNotContain("hush", options.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknown option '--brocker'", "--brocker", "x:1")]
    [InlineData("--broker '127.0.0.1': expected HOST:PORT", "--broker", "127.0.0.1")]
    [InlineData("--broker port '0': expected a whole number from 1 to 65535", "--broker", "a:0")]
    [InlineData("--broker port '65536': expected", "--broker", "a:65536")]
    [InlineData("--interval-seconds '0': expected a whole number from 1 to 86400", "--interval-seconds", "0")]
    [InlineData("--interval-seconds '86401': expected", "--interval-seconds", "86401")]
    [InlineData("--interval-seconds '1.5': expected", "--interval-seconds", "1.5")]
    [InlineData("--interval-seconds '': expected", "--interval-seconds")]
    [InlineData("--topic 'a/#': a topic", "--topic", "a/#")]
    [InlineData("--topic '+': a topic", "--topic", "+")]
    [InlineData("--client-id '': expected", "--client-id", "")]
    [InlineData("--client-id 'board/a+b/telemetry': a topic", "--client-id", "a+b")]
    [InlineData("--password-file '/none': cannot be read", "--user", "u", "--password-file", "/none")]
    public void Wrong_options_say_what_is_wrong(string expected, params string[] arguments)
    {
        var wrong = Assert.Throws<WrongOption>(() => AgentOptions.Parse(arguments, "attic"));

        Assert.Contains(expected, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Password_without_user_is_refused()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "hush");

        var wrong = Assert.Throws<WrongOption>(() => AgentOptions.Parse(["--password-file", file], "attic"));

        File.Delete(file);
        Assert.Contains("--user", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", wrong.Message, StringComparison.Ordinal);
    }
}
