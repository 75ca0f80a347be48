using System.Security.Cryptography;
using LightMq.DeviceAgent.Update;
using LightMq.Service;
using LightMq.Unit.DeviceAgent.Simulated;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

/// <summary>Fetching a bundle from a real HTTPS server that does not always behave.</summary>
public sealed class DownloadTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lightmq-").FullName;
    private readonly List<string> _broke = [];
    private BundleServer _server = null!;

    private string Part => Path.Combine(_folder, "bundle.part");

    public async ValueTask InitializeAsync() => _server = await BundleServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task It_comes_whole()
    {
        await FetchAsync(Digest(_server.Bundle));
        Assert.Equal(_server.Bundle, File.ReadAllBytes(Part));
        Assert.Empty(_broke);
    }

    [Fact]
    public async Task What_breaks_goes_on_where_it_broke()
    {
        foreach (var cut in (int[])[100_000, 1, 150_000]) _server.Cuts.Enqueue(cut);
        await FetchAsync(Digest(_server.Bundle));
        Assert.Equal(_server.Bundle, File.ReadAllBytes(Part));
        Assert.NotEmpty(_broke);
        Assert.Equal("", _server.Ranges[0]);
        Assert.Contains(_server.Ranges, static range => range.StartsWith("bytes=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_an_earlier_run_left_is_gone_on_with()
    {
        File.WriteAllBytes(Part, _server.Bundle[..200_000]);
        await FetchAsync(Digest(_server.Bundle));
        Assert.Equal(_server.Bundle, File.ReadAllBytes(Part));
        Assert.Equal("bytes=200000-", Assert.Single(_server.Ranges));
    }

    [Fact]
    public async Task What_is_whole_already_is_not_fetched_again()
    {
        File.WriteAllBytes(Part, _server.Bundle);
        await FetchAsync(Digest(_server.Bundle));
        Assert.Single(_server.Ranges);
        Assert.Equal(_server.Bundle, File.ReadAllBytes(Part));
    }

    [Fact]
    public async Task A_part_of_a_longer_file_is_thrown_away()
    {
        File.WriteAllBytes(Part, new byte[_server.Bundle.Length + 1]);
        await FetchAsync(Digest(_server.Bundle));
        Assert.Equal(_server.Bundle, File.ReadAllBytes(Part));
    }

    [Fact]
    public async Task A_server_that_knows_no_ranges_begins_again()
    {
        File.WriteAllBytes(Part, new byte[1_000]);
        _server.Instead = async context =>
        {
            await context.Response.Body.WriteAsync(_server.Bundle);
            return true;
        };
        await FetchAsync(Digest(_server.Bundle));
        Assert.Equal(_server.Bundle, File.ReadAllBytes(Part));
    }

    [Fact]
    public async Task A_server_in_trouble_is_asked_again_but_not_for_ever()
    {
        var asked = 0;
        _server.Instead = context =>
        {
            context.Response.StatusCode = 503;
            return Task.FromResult(++asked < 3);
        };
        await FetchAsync("");
        Assert.Equal(2, _broke.Count);
        _server.Instead = static context =>
        {
            context.Response.StatusCode = 503;
            return Task.FromResult(true);
        };
        File.Delete(Part);
        Assert.StartsWith("it was tried 5 times in vain: HTTP status 503", await RefusedAsync());
    }

    [Theory]
    [InlineData(404, "the server answers with HTTP status 404")]
    [InlineData(403, "the server answers with HTTP status 403")]
    public async Task What_is_not_there_is_refused_at_once(int status, string reason)
    {
        _server.Instead = context =>
        {
            context.Response.StatusCode = status;
            return Task.FromResult(true);
        };
        Assert.Equal(reason, await RefusedAsync());
        Assert.Single(_server.Ranges);
    }

    [Theory]
    [InlineData("http://127.0.0.1/bundle.raucb", "the server redirects to http, which is not safe")]
    [InlineData("/again", "the server redirects in circles")]
    public async Task A_redirect_may_not_leave_https_nor_go_round(string to, string reason)
    {
        _server.Instead = context =>
        {
            context.Response.Redirect(to);
            return Task.FromResult(true);
        };
        Assert.Equal(reason, await RefusedAsync());
    }

    [Fact]
    public async Task A_redirect_within_https_is_followed()
    {
        _server.Instead = static context =>
        {
            if (context.Request.Path == "/mirror") return Task.FromResult(false);
            context.Response.Redirect("/mirror");
            return Task.FromResult(true);
        };
        await FetchAsync(Digest(_server.Bundle));
    }

    [Theory]
    [InlineData("text/html", "<html>log in</html>", "the server sends a web page, not a bundle")]
    [InlineData("application/octet-stream", "PK and so on", "it is no bundle of RAUC")]
    [InlineData("application/octet-stream", "hs", "it is no bundle of RAUC")]
    [InlineData("application/octet-stream", "", "it is no bundle of RAUC")]
    public async Task Something_else_is_refused(string kind, string text, string reason)
    {
        _server.Instead = async context =>
        {
            context.Response.ContentType = kind;
            await context.Response.WriteAsync(text);
            return true;
        };
        Assert.Equal(reason, await RefusedAsync());
    }

    [Fact]
    public async Task Too_large_is_refused_told_or_not()
    {
        Assert.Equal(
            "it has 500004 bytes, and at most 400000 are taken", await RefusedAsync(bytesMax: 400_000));
        _server.Instead = async context =>
        {
            await context.Response.StartAsync();
            await context.Response.Body.WriteAsync(_server.Bundle);
            return true;
        };
        Assert.Equal(
            "it has more than 400000 bytes, which are not taken", await RefusedAsync(bytesMax: 400_000));
    }

    [Fact]
    public async Task A_disk_without_room_is_told_before() => Assert.Equal(
        "it has 500004 bytes, and the disk has room for 400000", await RefusedAsync(freeBytes: 464_000));

    [Fact]
    public async Task Another_digest_is_refused() =>
        Assert.StartsWith("its sha256 is ", await RefusedAsync(sha256: new string('0', 64)));

    [Fact]
    public async Task A_server_that_nobody_vouches_for_is_refused()
    {
        var wrong = await Assert.ThrowsAsync<DownloadRefused>(() => FetchAsync("", caFile: ""));
        Assert.StartsWith("it was tried 5 times in vain: ", wrong.Message);
    }

    private async Task<string> RefusedAsync(
        string sha256 = "", long bytesMax = 1 << 20, long freeBytes = long.MaxValue / 2)
    {
        var wrong = await Assert.ThrowsAsync<DownloadRefused>(
            () => FetchAsync(sha256, bytesMax, freeBytes, _server.CaFile));
        Assert.False(File.Exists(Part), "nothing is left of it");
        Assert.DoesNotContain("secret", wrong.Message);
        return wrong.Message;
    }

    private Task FetchAsync(string sha256) => FetchAsync(sha256, 1 << 20, long.MaxValue / 2, _server.CaFile);

    private async Task FetchAsync(
        string sha256, long bytesMax = 1 << 20, long freeBytes = long.MaxValue / 2, string caFile = "")
    {
        var stop = TestContext.Current.CancellationToken;
        using var http = UpdateServer.Open(caFile);
        var bounds = new DownloadBounds(bytesMax, 64_000, () => freeBytes, 5, TimeSpan.FromSeconds(30));
        var backoff = new Backoff(new Random(1), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(4));
        await new Download(http, bounds, backoff, TimeProvider.System) { Broke = _broke.Add }.RunAsync(
            new UpdateOrder("1", "result", _server.Url, sha256, ""), Part, stop);
    }

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
