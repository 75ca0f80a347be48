using System.Text;
using LightMq.Cli.Provision;
using Xunit;

namespace LightMq.Unit.Cli;

/// <summary>Files that were changed on the box: what stays, what is put into them, what is told.</summary>
public sealed class EngineersFileTests
{
    private const string Agent = "/etc/lightmq/agent.json";

    [Fact]
    public void What_an_engineer_changed_stays_until_the_sheet_changes_and_then_a_copy_does()
    {
        using var box = new BoxRig();
        box.Run(BoxRig.Gateway);
        var path = box.Paths.At("/etc/lightmq/lightmq.json");
        File.WriteAllText(path, "{ \"mine\": 1 }");
        Assert.False(box.Run().HasChanged);
        Assert.Equal("{ \"mine\": 1 }", File.ReadAllText(path));
        File.AppendAllText(box.SheetPath, "\nfull-disk = drop-oldest\n");
        Assert.True(box.Run().HasChanged);
        Assert.Contains("drop-oldest", File.ReadAllText(path));
        Assert.Equal("{ \"mine\": 1 }", File.ReadAllText(path + ".before"));
    }

    [Fact]
    public void An_engineers_sensors_stay_when_the_agents_broker_is_told_anew()
    {
        using var box = new BoxRig();
        box.Run(BoxRig.Gateway);
        var path = box.Paths.At("/etc/lightmq/agent.json");
        File.WriteAllText(path, """
            { // wired on Monday
              "Broker": { "Address": "x", "KeepAliveSeconds": 3 }, "Sensors": [ { "Name": "boiler" } ], }
            """);
        File.WriteAllText(box.SheetPath, File.ReadAllText(box.SheetPath).Replace("gateway7", "gateway9"));
        box.Run();
        var agent = File.ReadAllText(path);
        Assert.Contains("boiler", agent);
        Assert.Contains("\"KeepAliveSeconds\": 3", agent);
        Assert.Contains("GID_plant@@@gateway9-agent", agent);
        Assert.Contains("127.0.0.1:", agent);
    }

    [Fact]
    public void The_agents_topics_go_up_also_where_the_image_brings_an_empty_file()
    {
        using var box = new BoxRig();
        var path = box.Paths.At("/etc/lightmq/agent.json");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "{\n}\n");
        box.Run(BoxRig.Gateway);
        Assert.Contains("\"BaseTopic\": \"plant/gateway7\"", File.ReadAllText(path));
        File.WriteAllText(path, File.ReadAllText(path).Replace("plant/gateway7", "plant/mine"));
        File.AppendAllText(box.SheetPath, "\ntrusted-clock = yes\n");
        box.Run();
        Assert.Contains("\"BaseTopic\": \"plant/mine\"", File.ReadAllText(path));
    }

    [Fact]
    public void A_byte_order_mark_is_no_hindrance()
    {
        using var box = new BoxRig();
        box.Run(BoxRig.Gateway);
        Put(box, "\uFEFF{ \"Sensors\": [ { \"Name\": \"boiler\" } ] }");
        File.AppendAllText(box.SheetPath, "\ntrusted-clock = yes\n");
        Assert.Equal("", box.Run().Note);
        Assert.Contains("boiler", box[Agent]);
        Assert.Contains("\"Trust\": \"always\"", box[Agent]);
    }

    [Theory]
    [InlineData("{\n  \"Sensors\": [\n}\n", "line 3 is no JSON")]
    [InlineData("{ \"Sensors\": [], \"Sensors\": [] }", "Sensors")]
    [InlineData("[ ]", "it is no object")]
    [InlineData("", "no JSON")]
    public void What_cannot_be_read_is_told_and_stays_and_gets_its_due_once_it_is_mended(
        string text, string words)
    {
        using var box = new BoxRig();
        box.Run(BoxRig.Gateway);
        Put(box, text);
        File.AppendAllText(box.SheetPath, "\ntrusted-clock = yes\n");
        for (var start = 0; start < 2; start++)
        {
            var report = box.Run();
            Assert.Equal(ProvisionOutcome.Ready, report.Outcome);
            Assert.Contains(Agent, report.Note);
            Assert.Contains(words, report.Note);
            Assert.Contains("lightmq provision", report.Note);
            Assert.Contains(Agent, box["/run/lightmq/provision.json"]);
            Assert.Equal(text, box[Agent]);
        }
        Put(box, "{ \"Sensors\": [] }");
        Assert.Equal("", box.Run().Note);
        Assert.Contains("\"Trust\": \"always\"", box[Agent]);
        Assert.False(box.Run().HasChanged);
    }

    [Fact]
    public void What_cannot_be_read_stays_as_long_as_nothing_is_to_be_put_into_it()
    {
        using var box = new BoxRig();
        box.Run(BoxRig.Gateway);
        Put(box, "{ not yet");
        Assert.Equal((false, ""), (box.Run().HasChanged, box.Run().Note));
        File.Delete(box.Paths.At(Agent));
        box.Run();
        Assert.Contains("lightmq-agent", box[Agent]);
    }

    // With what an editor puts before it.
    private static void Put(BoxRig box, string text) =>
        File.WriteAllBytes(box.Paths.At(Agent), Encoding.UTF8.GetBytes(text));
}
