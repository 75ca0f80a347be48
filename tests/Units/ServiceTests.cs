using System.Globalization;
using Xunit;

namespace LightMq.Units;

/// <summary>
/// The services of a provisioned box under systemd: start, stop, hanging, dying, wrong settings.
/// </summary>
public sealed class ServiceTests : IClassFixture<ServiceTests.Box>
{
    private const string Broker = "lightmq-edgebroker.service";
    private const string Uplink = "lightmq-uplink.service";
    private const string Agent = "lightmq-deviceagent.service";

    private readonly Container _box;

    public ServiceTests(Box box)
    {
        _box = box.Container;
        _box.Run("systemctl reset-failed; systemctl start lightmq.target "
            + string.Join(' ', Sample.Services));
        foreach (var service in Sample.Services)
            _box.Await($"systemctl is-active {service}", "active");
    }

    [Fact]
    public void Status_tells_how_each_stands()
    {
        _box.Await($"systemctl show --value -p StatusText {Broker} | sed 's/[0-9]* messages/N messages/'",
            "2 clients, N messages wait, disk works");
        var uplink = _box.Show(Uplink, "StatusText");
        Assert.Contains("Connection refused", uplink);
        // Its password in a file of the group's was read, and was right.
        Assert.DoesNotContain("local broker away", uplink);
        Assert.NotEqual("", _box.Show(Agent, "StatusText"));
    }

    [Fact]
    public void A_broker_that_hangs_is_killed_and_started_again()
    {
        var hung = _box.Show(Broker, "MainPID");
        _box.Run($"kill -STOP {hung}");
        AwaitAnother(Broker, hung);
        Assert.Contains("Watchdog timeout", _box.Run($"journalctl -b --no-pager -u {Broker}"));
    }

    [Theory]
    [InlineData(Broker)]
    [InlineData(Uplink)]
    [InlineData(Agent)]
    public void What_is_killed_comes_back(string service)
    {
        var before = _box.Show(service, "MainPID");
        _box.Run($"kill -KILL {before}");
        AwaitAnother(service, before);
    }

    [Fact]
    public void The_broker_starts_first_and_stops_last()
    {
        _box.Run("systemctl stop lightmq.target");
        foreach (var service in Sample.Services)
            _box.Await($"systemctl is-active {service}", "inactive");
        var brokerStops = Time(Broker, "ActiveExitTimestampMonotonic");
        const string Ends = "InactiveEnterTimestampMonotonic", Begins = "InactiveExitTimestampMonotonic";
        Assert.True(Time(Uplink, Ends) <= brokerStops, "the uplink stops after it");
        Assert.True(Time(Agent, Ends) <= brokerStops, "the agent stops after it");
        _box.Run("systemctl start lightmq.target");
        foreach (var service in Sample.Services) _box.Await($"systemctl is-active {service}", "active");
        var brokerIsUp = Time(Broker, "ActiveEnterTimestampMonotonic");
        Assert.True(Time(Uplink, Begins) >= brokerIsUp, "the uplink starts before it");
        Assert.True(Time(Agent, Begins) >= brokerIsUp, "the agent starts before it");
    }

    [Theory]
    [InlineData(Broker, "lightmq.json")]
    [InlineData(Uplink, "uplink.json")]
    [InlineData(Agent, "agent.json")]
    public void Wrong_settings_end_it_once_with_78(string service, string file)
    {
        _box.Run($"cp -p /etc/lightmq/{file} /root/{file}");
        try
        {
            _box.Provide($"/etc/lightmq/{file}", """{ "Nonsense": 1 }""");
            Assert.NotEqual(0, _box.Try($"systemctl restart {service}").Status);
            Assert.Equal("failed", _box.Try($"systemctl is-active {service}").Output.Trim());
            Assert.Equal("78", _box.Show(service, "ExecMainStatus"));
            Assert.Equal("0", _box.Show(service, "NRestarts"));
        }
        finally
        {
            _box.Run($"cp -p /root/{file} /etc/lightmq/{file}");
        }
    }

    [Fact]
    public void Each_is_locked_in_and_lives()
    {
        foreach (var service in Sample.Services)
        {
            Assert.Equal("yes", _box.Show(service, "MemoryDenyWriteExecute"));
            var status = _box.Run($"cat /proc/{_box.Show(service, "MainPID")}/status");
            Assert.Contains("NoNewPrivs:\t1", status);
            Assert.Contains("Seccomp:\t2", status);
            Assert.Contains("CapEff:\t0000000000000000", status);
            Assert.Contains("CapBnd:\t0000000000000000", status);
            Assert.DoesNotContain("\nUid:\t0\t", status);
        }
    }

    [Fact]
    public void Secrets_are_for_the_services_only()
    {
        const string Nobody = "setpriv --reuid=nobody --regid=nogroup --clear-groups";
        foreach (var path in (string[])["/etc/lightmq/lightmq.json", "/etc/lightmq/secrets/uplink",
            "/var/lib/private/lightmq", "/var/lib/private/lightmq-uplink",
            "/var/lib/private/lightmq-deviceagent"])
        {
            _box.Run($"test -e {path}");
            Assert.NotEqual(0, _box.Try($"{Nobody} cat {path}").Status);
            Assert.NotEqual(0, _box.Try($"{Nobody} ls {path}").Status);
        }
        // What the broker keeps and offers is not even the other services'.
        var uplink = _box.Show(Uplink, "MainPID");
        Assert.NotEqual(0, _box.Try($"setpriv --reuid=$(stat -c %u /proc/{uplink}) --regid=lightmq "
            + "--clear-groups stat /var/lib/private/lightmq/.").Status);
        Assert.Equal("600", _box.Run("stat -c %a /run/lightmq-edgebroker/admin.sock").Trim());
        // The state of the link is everybody's, a second after the uplink's start.
        const string Shown = "/run/lightmq-uplink/uplink.json";
        _box.Await($"test -e {Shown} && echo shown", "shown");
        _box.Run($"{Nobody} cat {Shown}");
    }

    [Fact]
    public void Memory_is_bounded_and_together_they_stay_small()
    {
        const int ResidentKilobytesMax = 80 * 1_024;
        var resident = 0;
        foreach (var service in Sample.Services)
        {
            var (high, most) = (_box.Show(service, "MemoryHigh"), _box.Show(service, "MemoryMax"));
            Assert.InRange(long.Parse(high, CultureInfo.InvariantCulture),
                1, long.Parse(most, CultureInfo.InvariantCulture) - 1);
            resident += int.Parse(
                _box.Run($"awk '/^VmRSS/ {{ print $2 }}' /proc/{_box.Show(service, "MainPID")}/status"),
                CultureInfo.InvariantCulture);
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"resident together: {resident} KiB");
        Assert.InRange(resident, 1, ResidentKilobytesMax);
    }

    [Fact]
    public void The_uplink_takes_changed_settings_on_reload()
    {
        _box.Run("sed -i s/127.0.0.1:2883/127.0.0.1:2884/ /etc/lightmq/uplink.json");
        _box.Run($"systemctl reload {Uplink}");
        _box.Await($"journalctl -b --no-pager -u {Uplink} | grep -c 127.0.0.1:2884 "
            + "| sed 's/[1-9][0-9]*/some/'", "some");
        _box.Run("sed -i s/127.0.0.1:2884/127.0.0.1:2883/ /etc/lightmq/uplink.json");
    }

    private void AwaitAnother(string service, string before)
    {
        _box.Await($"systemctl show --value -p MainPID {service} | grep -vx {before} | grep -vxc 0", "1");
        _box.Await($"systemctl is-active {service}", "active");
    }

    private long Time(string service, string property) =>
        long.Parse(_box.Show(service, property), CultureInfo.InvariantCulture);

    /// <summary>A box with our packages, provisioned; its watchdogs bite sooner.</summary>
    public sealed class Box : IDisposable
    {
        public Container Container { get; } = new();

        public Box()
        {
            Container.Run("dpkg -i /packages/lightmq-edge_*.deb");
            Sample.Provide(Container);
            const string DropIns = "/run/systemd/system/lightmq-edgebroker.service.d";
            Container.Run($"mkdir -p {DropIns} && printf '[Service]\\nWatchdogSec=3\\nTimeoutAbortSec=1\\n' "
                + $">{DropIns}/sooner.conf && systemctl daemon-reload");
        }

        public void Dispose() => Container.Dispose();
    }
}
