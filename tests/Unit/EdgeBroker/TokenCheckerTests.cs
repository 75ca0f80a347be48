using System.Collections.Concurrent;
using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Settings;
using LightMq.Host.Passwords;
using LightMq.Host.Tokens;
using LightMq.Lmq;
using LightMq.Unit.Lmq;
using Xunit;

namespace LightMq.Unit.EdgeBroker;

/// <summary>
/// Tokens are verified off the loop, remembered while their keys count, and bounded (LMQ-TOK-5).
/// </summary>
public sealed class TokenCheckerTests
{
    private static readonly ListenerOptions Listener = new();

    [Fact]
    public void A_good_token_is_found_good_again_and_a_bad_one_bad()
    {
        using var checker = new TokenChecker(TokenKeys.Read(TokenTexts.Issuer.PublicKeySet), (_, _) => { });
        var token = Encoding.ASCII.GetBytes(TokenTexts.Issuer.Issue(TokenTexts.Grant()));
        var first = checker.Verify(token);
        Assert.True(first.IsGood);
        Assert.Same(first.Grant, checker.Verify(token).Grant);
        // Another letter of Base64url, or the token would be unreadable instead.
        token[^3] = (byte)(token[^3] == 'A' ? 'B' : 'A');
        Assert.Equal(TokenFault.BadSignature, checker.Verify(token).Fault);
        Assert.Equal(TokenFault.BadSignature, checker.Verify(token).Fault);
    }

    [Fact]
    public void What_was_remembered_is_forgotten_with_its_keys()
    {
        using var checker = new TokenChecker(TokenKeys.Read(TokenTexts.Issuer.PublicKeySet), (_, _) => { });
        var token = Encoding.ASCII.GetBytes(TokenTexts.Issuer.Issue(TokenTexts.Grant()));
        Assert.True(checker.Verify(token).IsGood);
        checker.Replace(TokenKeys.Read(TokenTexts.Pem));
        Assert.Equal(TokenFault.Forged, checker.Verify(token).Fault);
    }

    [Fact]
    public void Every_upload_is_answered_those_beyond_the_bound_at_once_as_not_checked()
    {
        var answers = new ConcurrentQueue<TokenVerdict>();
        using var all = new CountdownEvent(PasswordQueue<int>.PerAddressMax * 20);
        using (var checker = new TokenChecker(TokenKeys.Read(TokenTexts.Issuer.PublicKeySet), (_, verdict) =>
        {
            answers.Enqueue(verdict);
            all.Signal();
        }))
        {
            for (var i = 0; i < PasswordQueue<int>.PerAddressMax * 20; i++)
                checker.Submit(
                    new Connection(Listener, "10.0.0.1:1"), Encoding.ASCII.GetBytes($"no token {i}"));
            Assert.True(all.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        }
        Assert.Contains(answers, verdict => verdict.Fault == TokenFault.Forged);
        Assert.All(answers, verdict => Assert.False(verdict.IsGood));
    }
}
