using LightMq.Simulator.World;

namespace LightMq.Simulator.Chain;

/// <summary>An uplink's token: fetched, kept while it serves, renewed before it ends.</summary>
public sealed class UplinkToken(ChainWorld world, AuthServer auth, string clientId)
{
    private const long LeastMilliseconds = 500;
    private SimulatedToken? _token;
    private bool _isAsked;
    private long _issuedAt;
    private bool _isNew;

    /// <summary>Whether it still serves.</summary>
    public bool IsGood => _token is { Grant: { } grant }
        && grant.ExpiresMilliseconds > world.UnixMilliseconds + LeastMilliseconds;

    /// <summary>Whether a newer one is there than the connection has; asks for one when it is time.</summary>
    public bool IsRenewed
    {
        get
        {
            var life = world.Scenario.TokenLife / 1000;
            if (world.UnixMilliseconds - _issuedAt > life * 2 / 3) Renew();
            return _isNew && IsGood;
        }
    }

    public string Take()
    {
        _isNew = false;
        return _token!.Text;
    }

    /// <summary>It does not serve any more.</summary>
    public void Drop() => _token = null;

    public void Renew()
    {
        if (_isAsked) return;
        _isAsked = true;
        auth.Ask(clientId, token =>
        {
            _isAsked = false;
            if (token == null) return;
            (_token, _isNew, _issuedAt) = (token, true, world.UnixMilliseconds);
        });
    }
}
