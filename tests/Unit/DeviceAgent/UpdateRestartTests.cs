using LightMq.Unit.DeviceAgent.Simulated;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

/// <summary>An update over restarts of the agent and of the box.</summary>
public sealed class UpdateRestartTests : UpdateDeskRig
{
    [Fact]
    public async Task A_download_goes_on_after_a_restart_of_the_agent()
    {
        using var gate = new SemaphoreSlim(0);
        Server.Instead = async _ =>
        {
            await gate.WaitAsync();
            return false;
        };
        Command("1", $"\"url\": \"{Server.Url}\"");
        Assert.True(File.Exists(Places.Order));
        Server.Instead = static _ => Task.FromResult(false);
        Restart();
        await Until(() => File.Exists(Places.Request));
        Assert.Equal(Server.Bundle, File.ReadAllBytes(Places.Bundle));
        gate.Release(100);
    }

    [Fact]
    public async Task An_order_that_root_had_not_begun_when_the_power_went_is_handed_over_again()
    {
        Command("7", $"\"url\": \"{Server.Url}\", \"window\": \"now\"");
        await Until(() => File.Exists(Places.Request));
        Answers();
        File.Delete(Places.Request);
        Restart();
        Assert.Contains("\"id\":\"7\"", File.ReadAllText(Places.Request));
        Assert.Contains("\"window\":\"now\"", File.ReadAllText(Places.Request));
        Root("""{ "id": "7", "state": "installing", "percent": 0, "message": "x" }""");
        Assert.Equal("installing", Text(Assert.Single(Answers()), "state"));
    }

    [Theory]
    [InlineData("pending")]
    [InlineData("result")]
    public async Task An_order_that_root_had_begun_when_the_power_went_is_not_handed_over_again(string noted)
    {
        Command("7", $"\"url\": \"{Server.Url}\"");
        await Until(() => File.Exists(Places.Request));
        File.Delete(Places.Request);
        File.WriteAllText(noted == "pending" ? Places.Pending : Places.Result, """{ "id": "7" }""");
        Restart();
        Assert.False(File.Exists(Places.Request));
    }

    [Fact]
    public async Task A_result_that_was_lost_on_its_way_is_told_again()
    {
        Command("7", $"\"url\": \"{Server.Url}\"");
        await Until(() => File.Exists(Places.Request));
        Answers();
        File.WriteAllText(Places.Result, """{ "id": "7", "state": "installed", "from": "1", "to": "2" }""");
        Tick();
        Assert.Equal(1, Outbox.Count);
        Restart();
        Tick();
        Assert.Equal("done", Text(Assert.Single(Answers()), "result"));
        Assert.False(File.Exists(Places.Asked), "nothing is left of it");
        Restart();
        Tick();
        Assert.Empty(Answers());
    }
}
