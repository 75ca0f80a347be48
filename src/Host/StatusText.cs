using System.Globalization;

namespace LightMq.Host;

/// <summary>A broker's line in <c>systemctl status</c>.</summary>
public static class StatusText
{
    /// <summary>What is wrong stands first.</summary>
    /// <param name="clients">Open connections.</param>
    /// <param name="waiting">Messages in all queues, sent or not, that are not finished.</param>
    /// <param name="isInMemory">Whether nothing goes to a disk.</param>
    /// <param name="trouble">What the disk refuses; null while it works.</param>
    public static string Of(int clients, long waiting, bool isInMemory, string? trouble)
    {
        var load = string.Create(CultureInfo.InvariantCulture,
            $"{clients} {(clients == 1 ? "client" : "clients")}, {waiting} messages wait");
        if (trouble is not null) return $"{trouble}; {load}";
        return isInMemory ? $"{load}, a restart forgets them" : $"{load}, disk works";
    }
}
