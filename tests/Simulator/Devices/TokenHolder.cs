using System.Text;
using LightMq.Lmq;
using LightMq.Simulator.Oracle;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Devices;

/// <summary>
/// A client's tokens (LMQ-AUTH-2, LMQ-TOK-6 to 8): it uploads one before all else, renews in time or does
/// not, and now and then brings one that does not serve.
/// </summary>
public sealed class TokenHolder(
    Device device, Surroundings world, TokenOffice office, Conversation conversation, SubscriberFacts facts)
{
    private const long ForEver = 1_000_000_000;
    private static readonly string s_topic = Encoding.ASCII.GetString(ControlTopics.UploadToken);
    private bool _isNarrow;

    /// <summary>What was taken of the first upload is enough to go on.</summary>
    public bool IsTaken { get; private set; }

    private Random Random => world.Scheduler.Random;
    private bool IsNeeded => device.Profile.HasTokens;

    /// <summary>Whether the client may speak: it needs no token, or has one.</summary>
    public bool MayWrite => !IsNeeded || IsTaken;

    /// <summary>Whether a filter may be asked for now.</summary>
    public bool MayRead(string filter)
    {
        if (!IsNeeded) return true;
        var topic = filter.Replace("#", "x").Replace("+", "x");
        return facts.Tokens.Exists(token => token.IsTaken && token.Token.Reads(topic));
    }

    /// <summary>A new connection: nothing is uploaded on it yet.</summary>
    public void Begin()
    {
        IsTaken = false;
        facts.Tokens.Clear();
        facts.NoticedTokens.Clear();
    }

    /// <summary>CONNACK came: the first upload.</summary>
    public void UploadFirst()
    {
        if (world.IsFaulty && Random.Happens(0.1))
        {
            Upload(office.Spoil(device.Profile.ClientId), isFirst: true);
            return;
        }
        _isNarrow = world.IsFaulty && Random.Happens(0.3);
        // With two tokens the one to write comes first: what was not acknowledged is sent again at once.
        var hasTwo = _isNarrow || Random.Happens(0.2);
        Upload(Issue(hasTwo ? TokenActions.Write : TokenActions.ReadWrite), isFirst: true);
        device.Later(5 * Scheduler.Second, Widen);
    }

    /// <summary>PUBACK came for an upload.</summary>
    public void Taken(SimulatedToken token)
    {
        world.Judge.Tokens.Taken(facts, token);
        var isFirst = !IsTaken;
        IsTaken = true;
        if (isFirst) conversation.Admitted();
        else conversation.Go();
    }

    /// <summary>The client is let in, and has said nothing else yet: another token, where there are
    /// two.</summary>
    public void UploadSecond()
    {
        if (IsNeeded && facts.Tokens is [{ Token.Type: TokenActions.Write }])
            Upload(Issue(TokenActions.Read), isFirst: false, isAhead: true);
    }

    /// <summary>A notice came: renews now, or lets it end.</summary>
    public void Hear(string topic, ReadOnlySpan<byte> body)
    {
        if (world.Judge.Tokens.Noticed(facts, topic, body) is not { } expiring) return;
        if (Random.Happens(0.3)) return;
        device.Later(Random.Spread(Scheduler.Second / 2, 20 * Scheduler.Second), () =>
            Upload(Random.Happens(world.IsFaulty ? 0.05 : 0)
                ? office.Spoil(device.Profile.ClientId) : Issue(expiring), isFirst: false));
    }

    // Once nothing goes wrong any more, no token keeps a client from what it is owed.
    private void Widen()
    {
        device.Later(5 * Scheduler.Second, Widen);
        if (world.IsFaulty || !_isNarrow || !IsTaken) return;
        _isNarrow = false;
        Upload(Issue(TokenActions.ReadWrite), isFirst: false);
    }

    private SimulatedToken Issue(TokenActions type)
    {
        var life = world.IsFaulty ? Random.Spread(1_500, 60_000) : ForEver;
        return office.Issue(
            device.Profile.ClientId, type, _isNarrow && type == TokenActions.Read, life);
    }

    private void Upload(SimulatedToken token, bool isFirst, bool isAhead = false)
    {
        world.Tally.Count("tokens uploaded");
        facts.Tokens.Add(new HeldToken(token));
        var body = $$"""{"token":"{{token.Text}}","type":"{{token.Type.Text()}}"}""";
        conversation.Upload(s_topic, Encoding.ASCII.GetBytes(body), token, isFirst, isAhead);
    }
}
