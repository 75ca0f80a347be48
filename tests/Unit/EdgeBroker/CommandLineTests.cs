using System.Reflection;
using LightMq.Host;
using LightMq.Service;
using LightMq.Service.Configuration;
using Microsoft.Extensions.Logging;
using Xunit;

namespace LightMq.Unit.EdgeBroker;

/// <summary>The command line becomes configuration keys; the log's messages have ids of their own.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public void Options_become_keys()
    {
        var (file, keys) = Parse(
            "--config", "c.json", "--data", "d", "--store", "memory", "--listen", "127.0.0.1:1",
            "--listen", "[::1]:2", "--dialect", "plain", "--set", "Store:AckHoldMilliseconds=0",
            "--set", "Log:File=a=b");
        Assert.Equal("c.json", file);
        Assert.Equal("d", keys["Store:Directory"]);
        Assert.Equal("memory", keys["Store:Kind"]);
        Assert.Equal("[::1]:2", keys["--listen:1:Address"]);
        Assert.Equal("plain", keys["--listen:1:Dialect"]);
        Assert.Equal("0", keys["store:ackholdmilliseconds"]);
        Assert.Equal("a=b", keys["Log:File"]);
    }

    [Theory]
    [InlineData("--dialect", "plain")]
    [InlineData("--set", "nonsense")]
    [InlineData("--allow-anonymous-from-network", "true")]
    public void Options_that_make_no_sense_are_configuration_errors(params string[] arguments) =>
        Assert.StartsWith(arguments[0], Assert.Throws<ConfigurationError>(() => Parse(arguments)).Message);

    [Fact]
    public void Log_ids_are_unique()
    {
        Type[] projects = [typeof(BrokerService), typeof(LineLimit)];
        var ids = projects.SelectMany(static project => project.Assembly.GetTypes())
            .SelectMany(static type =>
                type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(static method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>().Select(static message => message.EventId).ToList();
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    private static (string? File, IReadOnlyDictionary<string, string?> Keys) Parse(params string[] arguments)
    {
        (string?, IReadOnlyDictionary<string, string?>) seen = default;
        var command = CommandLine.Make(
            "", (file, keys) => { seen = (file, keys); return 0; }, static () => 0);
        command.Parse(arguments).Invoke(new() { EnableDefaultExceptionHandler = false });
        return seen;
    }
}
