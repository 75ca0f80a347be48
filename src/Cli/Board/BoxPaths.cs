namespace LightMq.Cli.Board;

/// <summary>Where things are on the box; a test has a box of its own in a folder.</summary>
/// <param name="Root">The root of the box; / on the box itself.</param>
/// <param name="Boot">The partition that a laptop can read.</param>
internal sealed record BoxPaths(string Root, string Boot)
{
    /// <summary>What was taken over last, with its secrets.</summary>
    public string Kept => At("/data/lightmq/provisioned/lightmq.txt");
    /// <summary>Which files provisioning made last, and their digests.</summary>
    public string Ledger => At("/data/lightmq/provisioned/files.json");
    /// <summary>How provisioning went at this start.</summary>
    public string ProvisionState => At("/run/lightmq/provision.json");
    /// <summary>Asks for the box to become as it was flashed; done at the next start.</summary>
    public string ResetMarker => At("/data/factory-reset");
    /// <summary>Database of time zones.</summary>
    public string Zones => At("/usr/share/zoneinfo");
    /// <summary>What the image says of itself.</summary>
    public string Image => At("/usr/lib/lightmq/image.json");
    /// <summary>There when the data partition could not be mounted.</summary>
    public string NoData => At("/run/lightmq/no-data");
    /// <summary>What the boot loader remembers (build/image/grub.cfg).</summary>
    public string BootMemory => At("/boot/env/grubenv");
    /// <summary>A number of this start of the kernel.</summary>
    public string BootId => At("/proc/sys/kernel/random/boot_id");
    /// <summary>Written once this start was found healthy, or not.</summary>
    public string LookedAt => At("/run/lightmq/looked-at");
    /// <summary>How an update goes.</summary>
    public string UpdateState => At("/run/lightmq/update.json");
    /// <summary>An update that was refused because another one goes on.</summary>
    public string UpdateRefused => At("/run/lightmq/update-refused.json");
    /// <summary>Held while an update goes on.</summary>
    public string UpdateLock => At("/run/lightmq/update.lock");
    /// <summary>An update that was installed and has not proved itself yet.</summary>
    public string UpdatePending => At("/data/lightmq/update-pending.json");
    /// <summary>How the last update ended.</summary>
    public string UpdateResult => At("/data/lightmq/update-result.json");
    /// <summary>Which version has proved itself in which slot.</summary>
    public string Slots => At("/data/lightmq/slots.json");

    /// <summary>A path of the box.</summary>
    public string At(string path) => Path.Combine(Root, path.TrimStart('/'));
}
