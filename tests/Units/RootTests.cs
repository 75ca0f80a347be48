using Xunit;

namespace LightMq.Units;

/// <summary>
/// What root does for a box, inside the walls of its units: the container says that it is an image, and has
/// the folders of one. What RAUC and the boot loader do is not shown here.
/// </summary>
public sealed class RootTests : IClassFixture<RootTests.Box>
{
    private readonly Container _box;

    public RootTests(Box box) => _box = box.Container;

    [Fact]
    public void Provisioning_writes_what_it_must_and_the_services_start_with_it()
    {
        File.WriteAllText(_box.At("/boot/firmware/lightmq.txt"), "hostname = gateway7\n");
        _box.Run("systemctl restart lightmq-provision.service");
        Assert.Equal("gateway7", _box.Run("cat /etc/hostname").Trim());
        Assert.Equal("640 root lightmq", _box.Run("stat -c '%a %U %G' /etc/lightmq/lightmq.json").Trim());
        Assert.Equal("600 root", _box.Run("stat -c '%a %U' /data/lightmq/provisioned/lightmq.txt").Trim());
        _box.Run("systemctl start lightmq.target");
        _box.Await("systemctl is-active lightmq-edgebroker.service", "active");
        _box.Await("systemctl is-active lightmq-deviceagent.service", "active");
        File.WriteAllText(_box.At("/boot/firmware/lightmq.txt"), "hostname = not a name\n");
        Assert.NotEqual(0, _box.Try("systemctl restart lightmq-provision.service").Status);
        Assert.Equal("78", _box.Show("lightmq-provision.service", "ExecMainStatus"));
        Assert.Contains("there is 1 mistake", _box.Run("cat /boot/firmware/lightmq-errors.txt"));
        File.WriteAllText(_box.At("/boot/firmware/lightmq.txt"), "hostname = gateway7\n");
        _box.Run("systemctl restart lightmq-provision.service");
    }

    [Fact]
    public void A_request_of_the_agents_starts_an_update_once()
    {
        const string Folder = "/run/lightmq-deviceagent";
        _box.Run("systemctl start lightmq-update.path");
        _box.Run($"mkdir -p {Folder} && echo "
            + """'{"bundle":"/var/lib/lightmq-deviceagent/update/bundle.raucb","id":"7","window":null}' """
            + $">{Folder}/update-request.new && mv {Folder}/update-request.new {Folder}/update-request.json");
        _box.Await("sed -n 's/.*\"state\": *\"\\([a-z]*\\)\".*/\\1/p' /run/lightmq/update.json",
            "refused", seconds: 90);
        Assert.Contains("\"id\": \"7\"", _box.Run("cat /run/lightmq/update.json"));
        _box.Await($"test -e {Folder}/update-request.json; echo $?", "1");
        Assert.Equal("active", _box.Run("systemctl is-active lightmq-update.path").Trim());
        // The agent reads it, and nobody whom it does not concern.
        _box.Run("setpriv --reuid=nobody --regid=lightmq --clear-groups cat /run/lightmq/update.json");
        Assert.NotEqual(0, _box.Try(
            "setpriv --reuid=nobody --regid=nogroup --clear-groups cat /run/lightmq/update.json").Status);
    }

    [Fact]
    public void A_factory_reset_leaves_its_mark_and_starts_the_box_anew()
    {
        _box.Run("systemctl start lightmq-factory-reset.path");
        _box.Run("mkdir -p /run/lightmq-deviceagent "
            + "&& echo x >/run/lightmq-deviceagent/factory-reset-request");
        _box.Await("cat /data/reboots", "reboot");
        _box.Run("test -e /data/factory-reset");
        _box.Await("test -e /run/lightmq-deviceagent/factory-reset-request; echo $?", "1");
        _box.Run("rm /data/factory-reset /data/reboots");
    }

    /// <summary>A container that takes itself for an image.</summary>
    public sealed class Box : IDisposable
    {
        public Container Container { get; } = new();

        public Box()
        {
            foreach (var folder in (string[])[
                "/usr/lib/lightmq", "/data/lightmq", "/boot/firmware", "/opt/fake"])
                Directory.CreateDirectory(Container.At(folder));
            File.WriteAllText(Container.At("/usr/lib/lightmq/image.json"),
                """{ "version": "1", "compatible": "lightmq-edge-test", "developmentKey": true }""");
            // The container itself is not to start anew.
            File.WriteAllText(
                Container.At("/opt/fake/systemctl"), "#!/bin/sh\necho \"$@\" >>/data/reboots\n");
            Container.Run("chmod 755 /opt/fake/systemctl");
            const string DropIns = "/run/systemd/system/lightmq-factory-reset.service.d";
            Container.Run($"mkdir -p {DropIns} && "
                + "printf '[Service]\\nBindReadOnlyPaths=/opt/fake/systemctl:/usr/bin/systemctl\\n' "
                + $">{DropIns}/fake.conf");
            // Without RAUC it is never found healthy, and updates wait until that is known.
            const string Health = "/run/systemd/system/lightmq-health.service.d";
            Container.Run($"mkdir -p {Health} && printf "
                + "'[Service]\\nExecStart=\\nExecStart=/usr/bin/lightmq health --wait 5 --mark\\n' "
                + $">{Health}/short.conf");
            Container.Run("dpkg -i /packages/lightmq-edge_*.deb");
        }

        public void Dispose() => Container.Dispose();
    }
}
