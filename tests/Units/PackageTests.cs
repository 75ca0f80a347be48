using Xunit;

namespace LightMq.Units;

/// <summary>The packages on a stock Debian: installed, upgraded, removed, purged.</summary>
public sealed class PackageTests : IDisposable
{
    private readonly Container _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void A_package_comes_and_goes()
    {
        var before = Traces();
        _box.Run("dpkg -i /packages/lightmq-edge_*.deb /packages/lightmq-central_*.deb");
        Nothing_runs_and_nothing_fails_without_settings();
        Sample.Provide(_box);
        _box.Run("systemctl start lightmq.target");
        foreach (var service in Sample.Services) _box.Await($"systemctl is-active {service}", "active");
        An_upgrade_starts_what_runs_anew();
        _box.Run("dpkg -r lightmq-edge");
        Assert.Equal("", _box.Try("pgrep lightmq").Output.Trim());
        _box.Run("test -e /etc/lightmq/secrets/uplink && test -e /var/lib/private/lightmq");
        _box.Run("dpkg -P lightmq-edge");
        Assert.NotEqual(0, _box.Try("ls -d /var/lib/lightmq /var/lib/private/lightmq*").Status);
        // The central's folder is not taken along.
        _box.Run("test -e /etc/lightmq/secrets && test ! -e /etc/lightmq/lightmq.json");
        _box.Run("dpkg -P lightmq-central");
        Assert.Equal(before, Traces());
        Assert.Equal("running", _box.Run("systemctl is-system-running").Trim());
    }

    private void Nothing_runs_and_nothing_fails_without_settings()
    {
        Assert.Equal("running", _box.Run("systemctl is-system-running").Trim());
        Assert.Equal("enabled", _box.Run("systemctl is-enabled lightmq.target").Trim());
        Assert.Equal("active", _box.Run("systemctl is-active lightmq.target").Trim());
        foreach (var service in Sample.Services.Append("lightmq-central.service"))
        {
            _box.Run($"systemctl start {service}");
            Assert.Equal("inactive", _box.Try($"systemctl is-active {service}").Output.Trim());
        }
        Assert.Equal("", _box.Run("systemctl list-units --failed --no-legend").Trim());
        Assert.Equal("750 root lightmq", _box.Run("stat -c '%a %U %G' /etc/lightmq").Trim());
        Assert.Equal("1024", _box.Run("cat /proc/sys/net/core/somaxconn").Trim());
        foreach (var group in (string[])["lightmq", "gpio", "i2c", "spi"]) _box.Run($"getent group {group}");
    }

    private void An_upgrade_starts_what_runs_anew()
    {
        var before = Sample.Services.Select(service => _box.Show(service, "MainPID")).ToArray();
        _box.Run("dpkg -i /packages/lightmq-edge_*.deb");
        foreach (var (service, process) in Sample.Services.Zip(before))
        {
            _box.Await($"systemctl is-active {service}", "active");
            Assert.NotEqual(process, _box.Show(service, "MainPID"));
        }
    }

    // Groups stay, as Debian wants it; so does what dpkg and the journal remember.
    private string Traces() => _box.Run("find /etc /usr /var /run -xdev -name '*lightmq*' "
        + "-not -path '/var/log/*' -not -path '/run/systemd/*' -not -path '/var/lib/dpkg/*' | sort");
}
