using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LightMq.Process.Broker;

namespace LightMq.Appliance.Board;

/// <summary>
/// The box: qemu's arm64 machine with a card, a serial console, a watchdog and a network whose host is
/// 10.0.2.2. It is started and loses its power as often as a test likes; the card stays.
/// </summary>
internal sealed class Machine : IDisposable
{
    private const string Firmware = "/usr/share/AAVMF/AAVMF_CODE.fd";
    private const int FirmwareBytes = 64 << 20;

    private readonly Scratch _scratch = new();
    private System.Diagnostics.Process? _qemu;

    /// <summary>A box with a card of 2 GiB, flashed with the image.</summary>
    /// <param name="cardBytes">The card's size.</param>
    public Machine(long cardBytes = 2L << 30)
    {
        File.Copy(Image, _scratch["card"]);
        Card = new Card(_scratch["card"], cardBytes);
        using (var code = File.Create(_scratch["code.fd"]))
        {
            code.Write(File.ReadAllBytes(Firmware));
            code.SetLength(FirmwareBytes);
        }
        using (var variables = File.Create(_scratch["vars.fd"])) variables.SetLength(FirmwareBytes);
        Fat = new BootPartition(_scratch["card"]);
        Shell = new Shell(SshPort, _scratch.Path);
    }

    /// <summary>The image under test.</summary>
    public static string Image { get; } =
        Path.Combine(Repository.Root, "artifacts", "image", "lightmq-edge.img");

    public Card Card { get; }

    /// <summary>The card's first partition, for an engineer's laptop, while the box is off.</summary>
    public BootPartition Fat { get; }

    /// <summary>ssh, with the key that <see cref="Shell.PublicKey"/> let in.</summary>
    public Shell Shell { get; }

    /// <summary>Where the box's port 1883 can be reached.</summary>
    public int MqttPort { get; } = FreePort();

    /// <summary>Where its port 22 can be reached.</summary>
    public int SshPort { get; } = FreePort();

    /// <summary>What its clock says as it starts; null: the time of now.</summary>
    public DateTime? Clock { get; set; }

    /// <summary>Whether it has a GPIO chip; it is then described by a device tree, as boards are.</summary>
    public bool HasPins { get; set; }

    public bool IsOn => _qemu is { HasExited: false };

    /// <summary>What the serial console has said since the power came.</summary>
    public string Console => ReadShared(_scratch["serial"]);

    public void PowerOn()
    {
        if (IsOn) throw new InvalidOperationException("it is on already");
        File.WriteAllText(_scratch["serial"], "");
        var clock = Clock?.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture) ?? "utc";
        string[] arguments =
        [
            "-M", HasPins ? "virt,acpi=off" : "virt", "-cpu", "cortex-a72", "-smp", "2", "-m", "1024",
            "-accel", "tcg,thread=multi",
            "-display", "none", "-serial", $"file:{_scratch["serial"]}",
            "-monitor", $"unix:{_scratch["monitor"]},server=on,wait=off",
            "-rtc", $"base={clock}",
            "-drive", $"if=pflash,format=raw,readonly=on,file={_scratch["code.fd"]}",
            "-drive", $"if=pflash,format=raw,file={_scratch["vars.fd"]}",
            "-drive", $"if=none,id=card,format=raw,cache=writeback,file={Card.Address}",
            "-device", "virtio-blk-pci,drive=card",
            "-device", "i6300esb", "-watchdog-action", "reset",
            "-device", "virtio-net-pci,netdev=net,romfile=",
            "-netdev", $"user,id=net,{Forward(MqttPort, 1883)},{Forward(SshPort, 22)}",
            "-device", "qemu-xhci,id=usb",
        ];
        File.Delete(_scratch["monitor"]);
        var start = new ProcessStartInfo("qemu-system-aarch64", arguments) { RedirectStandardError = true };
        _qemu = System.Diagnostics.Process.Start(start)!;
        // qemu listens there before it starts the machine.
        while (!File.Exists(_scratch["monitor"]) && IsOn) Thread.Sleep(20);
    }

    /// <summary>The power goes, at once; of what the card has not been told to keep some is lost.</summary>
    /// <returns>Blocks of 4 KiB that were lost.</returns>
    public int CutPower(Random chance)
    {
        // The card first: a machine takes a while to be killed, in which a flush would come to its end.
        var lost = Card.Cut(chance);
        _qemu!.Kill();
        _qemu.WaitForExit();
        return lost;
    }

    /// <summary>Pulls the network's cable out, or puts it in again.</summary>
    public void Cable(bool isIn) => Ask($"set_link net {(isIn ? "on" : "off")}");

    /// <summary>Plugs a USB stick in.</summary>
    public void PlugIn(UsbStick stick)
    {
        Ask($"drive_add 0 if=none,id=stick,format=raw,file={stick.Path}");
        Ask("device_add usb-storage,id=plugged,drive=stick,bus=usb.0,removable=on");
    }

    /// <summary>Pulls the USB stick out.</summary>
    public void PullOut() => Ask("device_del plugged");

    /// <summary>Shuts it down in order and waits until it is off.</summary>
    public async Task ShutDown()
    {
        await Shell.TryRun("systemctl poweroff");
        if (!_qemu!.WaitForExit(TimeSpan.FromSeconds(120)))
            throw new InvalidOperationException("it did not go off");
        Card.Flush();
    }

    /// <summary>Waits until the console says something, or fails with what it said.</summary>
    public Task AwaitConsole(string text, int seconds) =>
        Await($"'{text}' on the console", seconds, () => Task.FromResult(Console.Contains(text)));

    /// <summary>Waits until something is so; else fails with the end of the console.</summary>
    public async Task Await(string what, int seconds, Func<Task<bool>> isSo)
    {
        var until = Environment.TickCount64 + seconds * 1_000;
        while (!await isSo())
        {
            if (_qemu!.HasExited)
                throw new InvalidOperationException(
                    $"qemu ended: {await _qemu.StandardError.ReadToEndAsync()}");
            if (Environment.TickCount64 > until)
                throw new InvalidOperationException(
                    $"no {what} within {seconds} s; the console: {Tail(Console)}");
            await Task.Delay(500);
        }
    }

    public void Dispose()
    {
        if (IsOn)
        {
            _qemu!.Kill();
            _qemu.WaitForExit();
        }
        _qemu?.Dispose();
        Card.Dispose();
        _scratch.Dispose();
    }

    // A command to qemu; what it prints is a mistake of ours.
    private void Ask(string command)
    {
        using var monitor = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        {
            ReceiveTimeout = 10_000,
        };
        monitor.Connect(new UnixDomainSocketEndPoint(_scratch["monitor"]));
        ReadPrompt(monitor);
        monitor.Send(Encoding.ASCII.GetBytes(command + "\n"));
        var answer = ReadPrompt(monitor);
        // Its echo, letter by letter, then a line for each complaint.
        if (answer.Contains("rror", StringComparison.Ordinal))
            throw new InvalidOperationException($"{command}: {answer}");
    }

    private static string ReadPrompt(Socket monitor)
    {
        var (answer, piece) = (new StringBuilder(), new byte[4096]);
        while (!answer.ToString().EndsWith("(qemu) ", StringComparison.Ordinal))
        {
            var count = monitor.Receive(piece);
            if (count == 0) throw new InvalidOperationException($"qemu hung up: {answer}");
            answer.Append(Encoding.ASCII.GetString(piece, 0, count));
        }
        return answer.ToString();
    }

    private static string Forward(int here, int there) => $"hostfwd=tcp:127.0.0.1:{here}-:{there}";

    private static string Tail(string text) => text.Length > 4_000 ? text[^4_000..] : text;

    private static string ReadShared(string path)
    {
        if (!File.Exists(path)) return "";
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    /// <summary>A port that nobody has.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
