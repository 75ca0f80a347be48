using System.Text;
using System.Text.Json;
using Xunit;

namespace LightMq.Unit.Central;

/// <summary>The core over HTTP, and what operators see.</summary>
public sealed class StreamApiTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task<JsonElement> SendAsync(RunningCentral central, string payload, string key = "k",
        string more = "") => central.JsonAsync("POST", "/v1/topics/parent/messages",
            $$"""{"key":"{{key}}","payload":"{{Base64(payload)}}"{{more}}}""", "stream");

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static async Task<List<(int Partition, long Offset, string Payload)>> AllAsync(
        RunningCentral central)
    {
        var all = new List<(int, long, string)>();
        for (var partition = 0; partition < 2; partition++)
        {
            var path = $"/v1/topics/parent/partitions/{partition}/messages?offset=0&max=1000";
            var answer = await central.JsonAsync("GET", path, bearer: "stream");
            all.AddRange(answer.GetProperty("messages").EnumerateArray().Select(one => (partition,
                one.GetProperty("offset").GetInt64(),
                Encoding.UTF8.GetString(one.GetProperty("payload").GetBytesFromBase64()))));
        }
        return all;
    }

    [Fact]
    public async Task What_was_sent_is_read_by_partition_and_offset_in_order_also_after_a_restart()
    {
        var directory = Directory.CreateTempSubdirectory("lightmq-").FullName;
        await using (var central = await RunningCentral.StartAsync(directory))
            for (var i = 0; i < 20; i++) await SendAsync(central, $"{i % 4} {i:d2}", $"key{i % 4}");
        await using (var central = await RunningCentral.StartAsync(directory))
        {
            var all = await AllAsync(central);
            Assert.Equal(20, all.Count);
            foreach (var same in all.GroupBy(static one => one.Payload[0]))
            {
                Assert.Single(same.Select(static one => one.Partition).Distinct());
                Assert.Equal(same.Select(static one => one.Payload).Order(),
                    same.OrderBy(static one => one.Offset).Select(static one => one.Payload));
            }
            var bounds = await central.JsonAsync("GET", "/v1/topics/parent/partitions", bearer: "stream");
            Assert.Equal(20, bounds.GetProperty("partitions").EnumerateArray()
                .Sum(static one => one.GetProperty("next").GetInt32()));
        }
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Properties_have_the_names_of_the_contract()
    {
        await using var central = await RunningCentral.StartAsync();
        var sent = await SendAsync(central, "x", "k",
            ""","tag":"TagA","mqttSecondTopic":"/a/b","qoslevel":2,"cleansessionflag":false""");
        Assert.Equal("parent/a/b", sent.GetProperty("topic").GetString());
        var (partition, _, _) = Assert.Single(await AllAsync(central));
        var answer = await central.JsonAsync(
            "GET", $"/v1/topics/parent/partitions/{partition}/messages", bearer: "stream");
        var message = answer.GetProperty("messages")[0];
        Assert.Equal("parent/a/b", message.GetProperty("topic").GetString());
        Assert.Equal("""
            {"qoslevel":2,"cleansessionflag":false,"mqttSecondTopic":"/a/b","lmq-key":"k","tag":"TagA"}
            """.Trim(), message.GetProperty("properties").GetRawText());
    }

    [Fact]
    public async Task Whoever_waits_gets_what_comes_and_the_offset_to_go_on_from()
    {
        await using var central = await RunningCentral.StartAsync();
        await SendAsync(central, "first");
        var (partition, _, _) = Assert.Single(await AllAsync(central));
        var path = $"/v1/topics/parent/partitions/{partition}/messages?offset=1&wait=60000";
        var waiting = central.JsonAsync("GET", path, bearer: "stream");
        await SendAsync(central, "second");
        var answer = await waiting.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        Assert.Equal(1, Assert.Single(answer.GetProperty("messages").EnumerateArray())
            .GetProperty("offset").GetInt64());
        Assert.Equal(2, answer.GetProperty("next").GetInt64());
        Assert.Equal(2, answer.GetProperty("end").GetInt64());
    }

    [Fact]
    public async Task A_group_finds_its_offset_again_after_a_restart()
    {
        var directory = Directory.CreateTempSubdirectory("lightmq-").FullName;
        const string Path = "/v1/groups/billing/topics/parent/partitions/1/offset";
        await using (var central = await RunningCentral.StartAsync(directory))
        {
            var none = await central.JsonAsync("GET", Path, bearer: "stream");
            Assert.Equal(JsonValueKind.Null, none.GetProperty("offset").ValueKind);
            foreach (var offset in (int[])[5, 7])
                await central.JsonAsync("PUT", Path, $$"""{"offset":{{offset}}}""", "stream");
        }
        await using (var central = await RunningCentral.StartAsync(directory))
            Assert.Equal(7, (await central.JsonAsync("GET", Path, bearer: "stream"))
                .GetProperty("offset").GetInt32());
        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData("GET", "/v1/topics/none/partitions", 404, "not registered")]
    [InlineData("GET", "/v1/topics/parent/partitions/2/messages", 400, "from 0 to 1")]
    [InlineData("GET", "/v1/topics/parent/partitions/0/messages?max=0", 400, "max: '0'")]
    [InlineData("GET", "/v1/topics/parent/partitions/0/messages?offset=-1", 400, "offset: '-1'")]
    [InlineData("PUT", "/v1/topics", 405, "GET")]
    [InlineData("PUT", "/v1/groups/a%20b/topics/parent/partitions/0/offset", 400, "group: 'a b'")]
    [InlineData("GET", "/v1/groups", 404, "there are /v1/topics")]
    [InlineData("POST", "/v1/topics/none/messages", 404, "not registered")]
    [InlineData("POST", "/v1/topics/parent/messages", 400, "not one JSON object")]
    public async Task Bad_requests_are_one_clear_error(string method, string path, int status, string error)
    {
        await using var central = await RunningCentral.StartAsync();
        var (given, body) = await central.AskAsync(method, path, method == "GET" ? null : "", "stream");
        Assert.Contains(error, body);
        Assert.Equal(status, given);
    }

    [Theory]
    [InlineData(""","qoslevel":3""", "0, 1 or 2")]
    [InlineData(""","mqttSecondTopic":"a" """, "begins with a slash")]
    [InlineData(""","mqttSecondTopic":"/#" """, "without wildcards")]
    [InlineData(""","surprise":1""", "$.surprise")]
    [InlineData(""","payload":"again" """, "not as it must be")]
    public async Task Messages_that_cannot_be_are_refused(string more, string error)
    {
        await using var central = await RunningCentral.StartAsync();
        var answer = await central.JsonAsync("POST", "/v1/topics/parent/messages",
            $$"""{"payload":"eA=="{{more}}}""", "stream", 400);
        Assert.Contains(error, answer.GetProperty("error").GetString());
    }

    [Fact]
    public async Task Each_API_asks_for_its_own_bearer_text_and_a_listener_serves_what_it_is_for()
    {
        await using var central =
            await RunningCentral.StartAsync(null, null, ("Http:Listeners:0:Serves:0", "stream"),
                ("Http:Listeners:0:Serves:1", "operator"));
        Assert.Equal(200, (await central.AskAsync("GET", "/v1/topics", bearer: "stream")).Status);
        Assert.Equal(401, (await central.AskAsync("GET", "/v1/topics", bearer: "operator")).Status);
        Assert.Equal(401, (await central.AskAsync("GET", "/v1/topics")).Status);
        Assert.Equal(200, (await central.AskAsync("GET", "/v1/gaps", bearer: "operator")).Status);
        Assert.Equal(401, (await central.AskAsync("GET", "/v1/gaps", bearer: "stream")).Status);
        Assert.Equal(404, (await central.AskAsync("GET", "/token/keys")).Status);
        Assert.Equal(404, (await central.AskAsync("POST", "/device/enrol", "{}")).Status);
    }

    [Fact]
    public async Task An_operator_sees_no_gateway_that_never_came_and_allows_no_unknown_installation()
    {
        await using var central = await RunningCentral.StartAsync();
        var gateways = await central.JsonAsync("GET", "/v1/gateways", bearer: "operator");
        Assert.Empty(gateways.GetProperty("gateways").EnumerateArray());
        var allowed = await central.JsonAsync("POST", "/v1/gateways/GID_GATE@@@1/allow",
            """{"installation":"a"}""", "operator", 409);
        Assert.Contains("no such superseded installation", allowed.GetProperty("error").GetString());
        var enrolment = await central.JsonAsync(
            "POST", "/v1/enrolments", """{"clientId":"GID_NONE@@@1"}""", "operator", 409);
        Assert.Contains("GID_NONE", enrolment.GetProperty("error").GetString());
    }
}
