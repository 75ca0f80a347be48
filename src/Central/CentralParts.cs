using System.Text;
using LightMq.Broker.Settings;
using LightMq.Central.Auth;
using LightMq.Central.Configuration;
using LightMq.Central.Core;
using LightMq.Central.Devices;
using LightMq.Central.Http;
using LightMq.Central.Operators;
using LightMq.Central.Streaming;
using LightMq.Host;
using LightMq.Host.Tokens;
using LightMq.Lmq;
using LightMq.Net;
using LightMq.Service;
using LightMq.Store.Disk;
using Microsoft.Extensions.Logging;

namespace LightMq.Central;

/// <summary>
/// What a central has beside its broker: the core and its thread, the auth server, the devices. Opened once
/// the store's lock is held, closed when the loop has ended.
/// </summary>
/// <param name="settings">How it is configured.</param>
/// <param name="cluster">Its name.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
internal sealed class CentralParts(
    CentralSettings settings, ClusterName cluster, TimeProvider time, ILogger log)
    : IDisposable
{
    private static readonly TimeSpan PruneInterval = TimeSpan.FromHours(1);

    private readonly RequestDesk _requests = new(time);
    private BrokerParts? _broker;
    private CoreLog? _core;
    private CoreThread? _thread;
    private TokenKeyPair? _pair;
    private TokenChecker? _checker;
    private Revocations? _revocations;
    private AuthServer? _auth;
    private GroupOffsets? _offsets;
    private DeviceDesk? _devices;
    private ITimer? _pruning;

    /// <summary>What the watchdog looks at.</summary>
    public IWatchedPart Watched =>
        new MovingPart("the core's thread", () => _thread?.LastProgress ?? time.GetTimestamp(), time);

    /// <summary>Opens everything and shows the engine how far streams have come.</summary>
    /// <exception cref="StartFailure">A person must act first.</exception>
    public LoopWorkers Open(BrokerParts broker, LoopWorkers workers)
    {
        _broker = broker;
        _requests.Mail = broker.Mail;
        var disk = broker.Disk!;
        try
        {
            cluster.Keep(disk);
            OpenCore(broker, disk);
            OpenTokens(broker, disk);
            Tell("stream/offsets", (_offsets = new GroupOffsets(disk)).Damaged);
            Tell("devices/devices", (_devices = new DeviceDesk(disk, time)).Damaged);
        }
        catch (IOException wrong)
        {
            throw new StartFailure(ExitCode.StoreUnavailable,
                $"the core in {settings.Broker.Store.Directory} cannot be opened: {wrong.Message}; check the "
                + "disk");
        }
        return workers with { Keep = _thread!.Keep, CheckToken = _checker!.Submit };
    }

    /// <summary>What became of what the engine was asked; called by the loop.</summary>
    public void Answered(CentralRequest request, string refusal) => _requests.Answered(request, refusal);

    /// <summary>The APIs over all this.</summary>
    public Apis MakeApis()
    {
        var directory = settings.Broker.Store.Directory;
        var places = new WaitingPlaces(settings.Http.WaitingMax);
        var engine = _broker!.Engine;
        var sending =
            new Sending(_requests, () => engine.Registry, settings.Broker.Broker.PayloadBytesMax);
        var stream = new StreamApi(_core!, _thread!.Committed, settings.Core.Partitions, _offsets!, sending,
            () => engine.Registry, places, time);
        return new Apis(stream,
            new OperatorApi(_core!, _devices!, () => engine.Registry, _requests, settings.Devices),
            new AuthApi(_auth!, _revocations!, places, time),
            new DeviceApi(_devices!, new DeviceGrants(settings.Gateways, () => engine.Registry), _auth!,
                settings.Devices, time),
            BearerText.Open(settings.Http.StreamBearer, directory, "stream.bearer"),
            BearerText.Open(settings.Http.OperatorBearer, directory, "operator.bearer"));
    }

    /// <summary>The loop has ended: what is for the core is written, and all files are closed.</summary>
    public void Close() => _thread?.Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        _pruning?.Dispose();
        _checker?.Dispose();
        _auth?.Dispose();
        _pair?.Dispose();
        _revocations?.Dispose();
        _offsets?.Dispose();
        _devices?.Dispose();
    }

    private void OpenCore(BrokerParts broker, IDisk disk)
    {
        PartitionCount.Check(disk, settings.Core.Partitions);
        _core = CoreLog.Open(disk, settings.Core);
        foreach (var damage in _core.Damage) Log.CoreDamaged(log, damage);
        foreach (var (stream, mark) in _core.Marks.All)
            broker.Engine.RecoverStream(Encoding.UTF8.GetBytes(stream.Gateway),
                Encoding.UTF8.GetBytes(stream.Client), stream.Epoch, mark.Last, mark.SeenAt);
        Log.CoreOpened(log, _core.Bytes, _core.Marks.All.Count);
        _thread = new CoreThread(
            _core, broker.Mail.Kept, time, log, settings.Broker.Store.RetryMillisecondsMax);
    }

    private void OpenTokens(BrokerParts broker, IDisk disk)
    {
        _pair = TokenKeyPair.Open(settings.Broker.Store.Directory);
        _checker = new TokenChecker(TokenKeys.Read(_pair.Issuer.PublicKeySet), broker.Mail.TokenChecked);
        _revocations = new Revocations(disk, broker.Mail.Revoked);
        Tell("auth/revocations", _revocations.Damaged);
        _auth = new AuthServer(_pair, () => broker.Engine.Registry, _revocations, time);
        _pruning = time.CreateTimer(_ => Prune(), null, PruneInterval, PruneInterval);
    }

    private void Prune()
    {
        if (!_broker!.Clock.Look()) return;
        try
        {
            _revocations!.Prune(time.GetUtcNow().ToUnixTimeMilliseconds());
        }
        catch (IOException refused)
        {
            Log.RevocationsNotPruned(log, refused.Message);
        }
    }

    private void Tell(string file, int damaged)
    {
        if (damaged > 0) Log.JournalDamaged(log, file, damaged);
    }
}
