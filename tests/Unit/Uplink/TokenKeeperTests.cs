using System.Text;
using LightMq.Service;
using LightMq.Uplink.State;
using LightMq.Uplink.Tokens;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace LightMq.Unit.Uplink;

/// <summary>A token is kept, renewed and given up.</summary>
public sealed class TokenKeeperTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lightmq-").FullName;
    private readonly HandClock _clock = new() { Now = DateTimeOffset.FromUnixTimeSeconds(1_000_000) };
    private readonly ScriptedSource _source = new();
    private bool _isTrusted = true;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task It_is_fetched_kept_and_there_after_a_restart_without_a_server()
    {
        _source.Next = Token(0, 600);
        var keeper = Keeper();
        Assert.Null(keeper.Current);
        Assert.Equal(_source.Next, await FirstFrom(keeper));
        Assert.Equal(_source.Next, keeper.Current);
        _source.Next = null;
        Assert.NotNull(Keeper().Current);
    }

    [Fact]
    public async Task An_expired_token_is_none_unless_the_clock_is_not_believed()
    {
        _source.Next = Token(0, 600);
        await FirstFrom(Keeper());
        _clock.Now += TimeSpan.FromSeconds(601);
        Assert.Null(Keeper().Current);
        _isTrusted = false;
        Assert.NotNull(Keeper().Current);
        // Before it was made: whatever is said of the clock, it is wrong.
        (_isTrusted, _clock.Now) = (true, DateTimeOffset.FromUnixTimeSeconds(10));
        Assert.NotNull(Keeper().Current);
    }

    [Fact]
    public async Task A_rejected_token_is_given_up_and_another_one_is_not_for_it()
    {
        _source.Next = Token(0, 600);
        var keeper = Keeper();
        var token = await FirstFrom(keeper);
        keeper.Reject("another one");
        Assert.Equal(token, keeper.Current);
        keeper.Reject(token);
        Assert.Null(keeper.Current);
        Assert.Null(Keeper().Current);
    }

    [Fact]
    public async Task A_complaint_fetches_another_one_though_the_present_one_lives()
    {
        _source.Next = Token(0, 100_000);
        var keeper = Keeper(TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var got = System.Threading.Channels.Channel.CreateUnbounded<string>();
        var running = keeper.RunAsync(token => got.Writer.TryWrite(token), stop.Token);
        var first = await got.Reader.ReadAsync(TestContext.Current.CancellationToken);
        _source.Next = Token(1, 100_000);
        keeper.Want();
        var second = await got.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.NotEqual(first, second);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public void What_a_token_says_of_itself_is_read_and_other_texts_say_nothing()
    {
        var life = TokenLife.Of(Token(5, 600));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_000_005), life.IssuedAt);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_000_605), life.ExpiresAt);
        foreach (var text in (string[])["", "a.b", "a.b.c", "a.e30.c", "a.W10.c", "..."])
            Assert.Null(TokenLife.Of(text).ExpiresAt);
    }

    private async Task<string> FirstFrom(TokenKeeper keeper)
    {
        using var stop = new CancellationTokenSource();
        var got = new TaskCompletionSource<string>();
        var running = keeper.RunAsync(got.SetResult, stop.Token);
        var token = await got.Task;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        return token;
    }

    private TokenKeeper Keeper(TimeProvider? time = null)
    {
        var known = new KnownTime(Path.Combine(_directory, "time"), DateTimeOffset.UnixEpoch, () =>
            _isTrusted,
            _clock, NullLogger.Instance);
        var random = new Random(1);
        return new TokenKeeper(_source, Path.Combine(_directory, "token"), known, time ?? _clock,
            new Backoff(random, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)), random,
                NullLogger.Instance);
    }

    private static string Token(int begin, int life)
    {
        var claims = $$"""{"jti":"t","iat":{{1_000_000 + begin}},"exp":{{1_000_000 + begin + life}}}""";
        return $"e30.{System.Buffers.Text.Base64Url.EncodeToString(Encoding.ASCII.GetBytes(claims))}.c2ln";
    }

    private sealed class ScriptedSource : ITokenSource
    {
        public string? Next { get; set; }

        public string Name => "script";

        public TimeSpan? LookEvery => null;

        public Task<string> FetchAsync(CancellationToken cancel) =>
            Task.FromResult(Next ?? throw new TokenSourceError("nothing is scripted"));
    }
}
