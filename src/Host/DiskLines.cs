using LightMq.Service;
using LightMq.Store;
using Microsoft.Extensions.Logging;

namespace LightMq.Host;

/// <summary>
/// The disk's troubles as log lines. A disk may refuse every few seconds for days: that is told at once, then
/// once a minute. After the opening it is called by the store's thread alone.
/// </summary>
internal sealed class DiskLines(ILogger log, string directory, TimeProvider time)
{
    private readonly LineLimit _failures = new(time);
    private volatile string? _trouble;
    private volatile bool _isFull;

    /// <summary>What the disk refuses at present; null while it works.</summary>
    public string? Trouble => _trouble ?? (_isFull ? "the disk is full" : null);

    /// <summary>It refused.</summary>
    public void Failed(string reason)
    {
        _trouble = $"the disk refuses: {reason}";
        if (_failures.IsDue(out var held)) Log.DiskFailed(log, reason, held);
    }

    /// <summary>It works again, after a new opening.</summary>
    public void Recovered(OpenReport report)
    {
        _trouble = null;
        _failures.Reset();
        Log.DiskRecovered(log);
        Tell(report);
    }

    /// <summary>It became full, or has room again.</summary>
    public void Full(bool full)
    {
        _isFull = full;
        if (full) Log.DiskFull(log);
        else Log.DiskRoom(log);
    }

    /// <summary>How many values the first reading had to leave out.</summary>
    public void TellValues(int damaged)
    {
        if (damaged > 0) Log.ValuesDamaged(log, damaged);
    }

    /// <summary>What an opening found.</summary>
    public void Tell(OpenReport report)
    {
        if (report.Damage is { } damage)
        {
            if (report.Quarantine is not { } folder) Log.MarkerMended(log, damage);
            else Log.Damaged(log, damage, report.Salvaged, report.Lost, report.PagesDamaged,
                Path.GetFullPath(Path.Combine(directory, folder)));
        }
        else if (report.GroupsReplayed > 0 || report.TailCut) Log.Replayed(log, report.GroupsReplayed);
    }
}
