using System.Net.NetworkInformation;
using System.Security.Cryptography;
using System.Text;
using LightMq.Service;

namespace LightMq.Uplink.State;

/// <summary>Which of the boxes with one gateway id this is (<c>lmq-install</c>).</summary>
internal static class Installation
{
    private const string SerialFile = "/proc/device-tree/serial-number";
    private const int RandomBytes = 32;

    /// <summary>
    /// 64 hex digits: a hash over a random file, the board's serial number and its first network address, so
    /// that a copied card in another board is another installation.
    /// </summary>
    /// <param name="path">The random file; made if it is not there.</param>
    public static string Id(string path)
    {
        if (!File.Exists(path))
        {
            var random = new byte[RandomBytes];
            Chance.Fill(random);
            PrivateFile.Write(path, random);
        }
        var serial = File.Exists(SerialFile) ? File.ReadAllBytes(SerialFile) : [];
        byte[] all = [.. File.ReadAllBytes(path), 0, .. serial, 0, .. Encoding.ASCII.GetBytes(Address())];
        return Convert.ToHexStringLower(SHA256.HashData(all));
    }

    // Of real cards only: those of containers and tunnels come and go.
    private static string Address() =>
        NetworkInterface.GetAllNetworkInterfaces()
            .Where(static card => Directory.Exists($"/sys/class/net/{card.Name}/device"))
            .OrderBy(static card => card.Name, StringComparer.Ordinal)
            .Select(static card => card.GetPhysicalAddress().ToString())
            .FirstOrDefault(static address => address.Length > 0) ?? "";
}
