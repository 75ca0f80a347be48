using LightMq.Appliance.Board;
using LightMq.Process.Chain;
using LightMq.Process.Clients;
using LightMq.Process.Load;
using Xunit;

namespace LightMq.Appliance;

/// <summary>A box, the central above it on this machine, and how long each start took.</summary>
public sealed class Box : IDisposable
{
    private int _begun, _ended;

    /// <summary>What runs on the box and is ours.</summary>
    internal static readonly string[] Services =
        ["lightmq-edgebroker", "lightmq-uplink", "lightmq-deviceagent"];

    internal const string Sensor = "boiler", SensorPassword = "a-password-of-the-tests";

    private readonly Certificate _certificate = Certificate.Make("DNS:central.example");
    private readonly bool _isSecure;

    /// <summary>Flashes a card and starts the central.</summary>
    public Box() : this(isSecure: false)
    {
    }

    /// <summary>Flashes a card and starts the central.</summary>
    /// <param name="isSecure">Whether the central is found by TLS.</param>
    internal Box(bool isSecure)
    {
        _isSecure = isSecure;
        Central = new CentralSite("", (_certificate.File, _certificate.Key));
        Central.Start();
        Link = new LinkProxy(isSecure ? Central.TlsPort : Central.Port);
        Machine = new Machine();
        Reader = Central.Reader();
        Updates = new UpdateShop(this);
    }

    /// <summary>Orders updates for the box.</summary>
    internal UpdateShop Updates { get; }

    internal Machine Machine { get; }

    internal CentralSite Central { get; }

    /// <summary>Where the box finds the central, whichever port it has.</summary>
    internal LinkProxy Link { get; }

    internal CoreReader Reader { get; }

    /// <summary>Who vouches for the central: central.example.</summary>
    internal string CentralCertificate => _certificate.File;

    /// <summary>What an engineer writes for this box, with the central of the tests.</summary>
    internal string Settings => $"""
        group = GID_gate
        device = 1
        central = tcp://10.0.2.2:{Link.Port}
        access-key = {CentralSite.Key}
        secret-key = {CentralSite.Secret}
        upward = plant/#
        mqtt = plain
        user = {Sensor}
        password = {SensorPassword}
        sensors-group = GID_sensors
        ssh-key = {Machine.Shell.PublicKey}
        trusted-clock = yes
        """;

    /// <summary>Three sensors that publish to the box.</summary>
    internal ChainLoad Load(int perSecond = 20) => new(() => Machine.MqttPort, Reader)
    {
        // The box's own figures go up too.
        IsContinued = true, PerSecond = perSecond, Login = (Sensor, SensorPassword),
        IsOurs = static one => !one.Topic.StartsWith("plant/1/", StringComparison.Ordinal),
    };

    /// <summary>A step begins; it is skipped where the one before it has not ended well.</summary>
    internal Step Begin(int number)
    {
        Assert.SkipUnless(_begun == _ended, $"step {_begun} has failed");
        _begun = number;
        return new Step(() => _ended = number);
    }

    /// <summary>The central is away, until <see cref="RestartCentral"/>.</summary>
    internal void KillCentral() => Central.Process.Kill();

    /// <summary>The central is there again.</summary>
    internal void RestartCentral()
    {
        Central.Start();
        Link.TargetPort = _isSecure ? Central.TlsPort : Central.Port;
    }

    /// <summary>Drops lightmq.txt on the card, starts the box, and waits until it is found healthy.</summary>
    internal async Task Start(string? settings = null)
    {
        await Machine.Fat.Write("lightmq.txt", settings ?? Settings);
        Machine.PowerOn();
        await AwaitSensors();
        await AwaitHealth();
    }

    /// <summary>The same, and its agent trusts where updates lie.</summary>
    internal async Task StartForUpdates()
    {
        await Start();
        await Updates.Trust(Machine.Shell);
    }

    /// <summary>Waits until a sensor is let in; gives the seconds since the power came.</summary>
    internal async Task<double> AwaitSensors(int seconds = 240)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await Machine.Await("CONNACK", seconds, () =>
        {
            try
            {
                using var client = TinyClient.Connect(
                    Machine.MqttPort, "probe", user: Sensor, password: SensorPassword);
                return Task.FromResult(true);
            }
            catch (Exception e) when (e is System.Net.Sockets.SocketException or InvalidOperationException
                or TimeoutException or IOException)
            {
                return Task.FromResult(false);
            }
        });
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>Waits until this start was found healthy.</summary>
    internal Task AwaitHealth(int seconds = 240) =>
        Machine.Await("healthy start", seconds, async () =>
            (await Machine.Shell.TryRun("systemctl is-active lightmq-health")).Output.Trim() == "active");

    /// <summary>The slot that runs.</summary>
    internal async Task<string> Slot() =>
        (await Machine.Shell.Run("sed -n 's/.*lightmq.slot=\\([AB]\\).*/\\1/p' /proc/cmdline")).Trim();

    /// <summary>The slot that runs; null: it cannot be asked.</summary>
    internal async Task<string?> TrySlot()
    {
        try
        {
            return await Slot();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The version of the image that runs.</summary>
    internal async Task<string> Version() => (await Machine.Shell.Run(
        "sed -n 's/.*\"version\":\"\\([^\"]*\\)\".*/\\1/p' /usr/lib/lightmq/image.json")).Trim();

    /// <summary>What each of our services has in memory, KiB.</summary>
    internal async Task<Dictionary<string, int>> Resident()
    {
        var all = new Dictionary<string, int>();
        foreach (var service in Services)
            all[service] = int.Parse(await Machine.Shell.Run("awk '/^VmRSS/ { print $2 }' "
                + $"/proc/$(systemctl show --value -p MainPID {service})/status"),
                System.Globalization.CultureInfo.InvariantCulture);
        return all;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Updates.Dispose();
        Machine.Dispose();
        Reader.Dispose();
        Link.Dispose();
        Central.Dispose();
        _certificate.Dispose();
    }
}

/// <summary>One step of a box's life.</summary>
internal sealed class Step(Action ended) : IDisposable
{
    /// <summary>It has ended well.</summary>
    public void End() => ended();

    public void Dispose()
    {
    }
}
