using System.Text;
using LightMq.Broker.Settings;
using LightMq.Net.Door;
using LightMq.Service.Configuration;

namespace LightMq.Host.Configuration;

/// <summary>
/// Reads and checks, once at start, the keys that both hosts of the broker have. The defaults are those of
/// <see cref="BrokerOptions"/>; each key is described in the host's sample file.
/// </summary>
public static class BrokerReader
{
    private const int MiB = 1 << 20;

    /// <summary>
    /// Gives valid settings; unknown keys of <paramref name="root"/> are its caller's to refuse.
    /// </summary>
    /// <param name="root">The whole configuration.</param>
    /// <param name="broker">What the host sets of the engine's options.</param>
    /// <param name="verifiesTokens">Whether it verifies tokens without configured keys.</param>
    /// <exception cref="ConfigurationError">The first key that is wrong.</exception>
    public static BrokerSettings Read(SettingsSection root, BrokerOptions broker, bool verifiesTokens = false)
    {
        var limits = root.Section("Limits");
        var door = ReadDoor(limits);
        broker = ReadLimits(limits, broker);
        broker = ReadQueues(root.Section("Queues"), broker);
        var storeSection = root.Section("Store");
        broker = ReadGroups(storeSection, broker);
        var store = ReadStore(storeSection);
        var lmq = root.Section("Lmq");
        // Whoever verifies with keys of its own takes none from files.
        var tokens = verifiesTokens ? TokenSettings.Off : RegistryReader.Tokens(lmq.Section("Tokens"));
        var hasTokens = tokens.IsOn || verifiesTokens;
        var admin = ReadAdmin(root.Section("Admin"));
        broker = broker with
        {
            Offline = OfflineReader.Read(root.Section("Offline")),
            Users = AccessReader.Users(root),
            Lmq = RegistryReader.Read(lmq),
            Tokens = hasTokens,
            TokenSecondsMax = lmq.Whole("TokenSecondsMax", broker.TokenSecondsMax, 1, 3_600),
        };
        lmq.RefuseOthers();
        broker = broker with { Quotas = QuotaReader.Read(root.Section("Quotas"), out var alarms) };
        var listeners = ListenerReader.Read(root, broker);
        if (listeners.Exists(static listener => listener.Options.Dialect == Dialect.Lmq))
            RegistryReader.Need(broker.Lmq, hasTokens, admin.IsOn);
        var log = LogReader.Read(root.Section("Log"));
        var clock = ReadClock(root.Section("Clock"));
        return new BrokerSettings(listeners, store, log, broker)
        {
            Door = door, Clock = clock, Tokens = tokens, Admin = admin, Alarms = alarms,
        };
    }

    private static ClockSetting ReadClock(SettingsSection section)
    {
        var clock = section.Choice("Trust", ClockSetting.Kernel,
            ("kernel", ClockSetting.Kernel), ("always", ClockSetting.Always));
        section.RefuseOthers();
        return clock;
    }

    private static DoorLimits ReadDoor(SettingsSection section)
    {
        var otherwise = new DoorLimits();
        return new DoorLimits
        {
            ConnectionsPerAddressMax =
                section.Whole("ConnectionsPerAddressMax", otherwise.ConnectionsPerAddressMax, 0, 1_000_000),
            ConnectsPerSecondMax =
                section.Whole("ConnectsPerSecondMax", otherwise.ConnectsPerSecondMax, 0, 1_000_000),
        };
    }

    private static BrokerOptions ReadLimits(SettingsSection section, BrokerOptions otherwise)
    {
        var options = otherwise with
        {
            PacketBytesMax = section.Whole("PacketBytesMax", otherwise.PacketBytesMax, 1_024, 16_000_000),
            PayloadBytesMax = section.Whole("PayloadBytesMax", otherwise.PayloadBytesMax, 1, 16_000_000),
            ConnectionsMax = section.Whole("ConnectionsMax", otherwise.ConnectionsMax, 1, 1_000_000),
            SessionsMax = section.Whole("SessionsMax", otherwise.SessionsMax, 1, 1_000_000),
            TopicLevelsMax = section.Whole("TopicLevelsMax", otherwise.TopicLevelsMax, 1, 200),
            SubscriptionsMax = section.Whole("SubscriptionsMax", otherwise.SubscriptionsMax, 0, 1_000_000),
            LmqSubscriptionsMax =
                section.Whole("LmqSubscriptionsMax", otherwise.LmqSubscriptionsMax, 1, 1_000_000),
            ConnectSecondsMax = section.Whole("ConnectSecondsMax", otherwise.ConnectSecondsMax, 1, 3_600),
            KeepAliveSecondsMax =
                section.Whole("KeepAliveSecondsMax", otherwise.KeepAliveSecondsMax, 1, 65_535),
            SlowReaderSecondsMax =
                section.Whole("SlowReaderSecondsMax", otherwise.SlowReaderSecondsMax, 1, 3_600),
            InflightMax = section.Whole("InflightMax", otherwise.InflightMax, 1, 65_535),
            BridgeInflightMax = section.Whole("BridgeInflightMax", otherwise.BridgeInflightMax, 1, 65_535),
            ReceiveMax = section.Whole("ReceiveMax", otherwise.ReceiveMax, 1, 65_534),
            BridgeReceiveMax = section.Whole("BridgeReceiveMax", otherwise.BridgeReceiveMax, 1, 65_534),
            OutboxBytesMax = section.Whole("OutboxBytesMax", otherwise.OutboxBytesMax, 1_024, 256 * MiB),
            MemoryBytesMax = section.Whole("MemoryBytesMax", otherwise.MemoryBytesMax, MiB, 1L << 40),
            RetainedMessagesMax =
                section.Whole("RetainedMessagesMax", otherwise.RetainedMessagesMax, 0, 100_000_000),
            RetainedBytesMax = section.Whole("RetainedBytesMax", otherwise.RetainedBytesMax, 0, 1L << 40),
            ParkedPacketsMax = section.Whole("ParkedPacketsMax", otherwise.ParkedPacketsMax, 1, 65_535),
            ParkedBytesMax = section.Whole("ParkedBytesMax", otherwise.ParkedBytesMax, 1_024, 256 * MiB),
        };
        section.RefuseOthers();
        return options;
    }

    private static BrokerOptions ReadQueues(SettingsSection section, BrokerOptions otherwise)
    {
        var options = otherwise with
        {
            QueueMessagesMax = section.Whole("MessagesMax", otherwise.QueueMessagesMax, 1, 100_000_000),
            QueueBytesMax = section.Whole("BytesMax", otherwise.QueueBytesMax, 1_024, 1L << 40),
            QueuesBytesMax = section.Whole("TotalBytesMax", otherwise.QueuesBytesMax, 1_024, 1L << 40),
            QueueFull = section.Choice("WhenFull", otherwise.QueueFull,
                ("stop", DropPolicy.Stop), ("drop-oldest", DropPolicy.DropOldest),
                ("drop-newest", DropPolicy.DropNewest),
                ("keep-latest-per-topic", DropPolicy.KeepLatestPerTopic)),
            DiskFull = section.Choice("WhenDiskFull", otherwise.DiskFull, ("stop", DropPolicy.Stop),
                ("drop-oldest", DropPolicy.DropOldest), ("drop-newest", DropPolicy.DropNewest)),
        };
        if (options.QueueBytesMax > options.QueuesBytesMax)
            throw section.Wrong("BytesMax", $"{options.QueueBytesMax}",
                $"within TotalBytesMax {options.QueuesBytesMax}");
        section.RefuseOthers();
        return options;
    }

    private static BrokerOptions ReadGroups(SettingsSection section, BrokerOptions otherwise) =>
        otherwise with
        {
            AckHoldMilliseconds =
                section.Whole("AckHoldMilliseconds", otherwise.AckHoldMilliseconds, 0, 10_000),
            GroupMilliseconds = section.Whole("GroupMilliseconds", otherwise.GroupMilliseconds, 0, 1_000),
            GroupMessagesMax = section.Whole("GroupMessagesMax", otherwise.GroupMessagesMax, 1, 65_536),
            GroupBytesMax = section.Whole("GroupBytesMax", otherwise.GroupBytesMax, 65_536, 64 * MiB),
            HousekeepingSeconds =
                section.Whole("HousekeepingSeconds", otherwise.HousekeepingSeconds, 1, 3_600),
        };

    private static StoreSettings ReadStore(SettingsSection section)
    {
        var kind = section.Choice(
            "Kind", StoreKind.LiteDb, ("litedb", StoreKind.LiteDb), ("memory", StoreKind.Memory));
        var store = new StoreSettings(
            kind,
            section.Text("Directory", "", "a directory", static text => text.IndexOf('\0') < 0),
            section.Whole("LogBytes", 16 * MiB, MiB, 1024 * MiB),
            section.Whole("CheckpointBytes", 6 * MiB, 65_536, 1024 * MiB),
            section.Whole("ReserveBytes", 8 * MiB, MiB, 1024 * MiB),
            section.Whole("RetryMillisecondsMax", 5_000, 10, 600_000));
        if (kind == StoreKind.LiteDb && store.Directory.Length == 0)
            throw section.Missing("Directory",
                "a directory: name one with --data DIR, or take --store memory");
        if (store.CheckpointBytes > store.LogBytes / 2)
            throw section.Wrong("CheckpointBytes", $"{store.CheckpointBytes}",
                $"at most half of LogBytes {store.LogBytes}");
        section.RefuseOthers();
        return store;
    }

    private static AdminSettings ReadAdmin(SettingsSection section)
    {
        // What the kernel takes as the name of a Unix socket.
        var admin = new AdminSettings(
            section.Text("Socket", "", "a file name of at most 107 bytes", static text =>
                Encoding.UTF8.GetByteCount(text) <= 107 && text.IndexOf('\0') < 0),
            section.Choice("SocketMode", false, ("0600", false), ("0660", true)),
            section.Whole("Port", 0, 0, 65_535),
            section.KeyOf("BearerFile"),
            section.Text("BearerFile", "", "a file name", static text => text.IndexOf('\0') < 0));
        if (admin.Port > 0 && admin.BearerFile.Length == 0)
            throw section.Missing("BearerFile",
                "a file of mode 0600 with a long random text that requests to Admin:Port must bear");
        if (admin.Port == 0 && admin.BearerFile.Length > 0)
            throw section.Contradiction("BearerFile", "is for Admin:Port, which is off");
        section.RefuseOthers();
        return admin;
    }
}
