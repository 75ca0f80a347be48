namespace LightMq.Store;

/// <summary>What was found when the store was opened.</summary>
public sealed record OpenReport
{
    /// <summary>There was nothing; an empty store was made.</summary>
    public bool Created { get; init; }

    /// <summary>Groups found in the log and moved into the data file.</summary>
    public int GroupsReplayed { get; init; }

    /// <summary>Bytes at the end of the log that belonged to no whole group and were cut off.</summary>
    public bool TailCut { get; init; }

    /// <summary>
    /// What was wrong with the files, or null. When set, <see cref="Quarantine"/> says where they are.
    /// </summary>
    public string? Damage { get; init; }

    /// <summary>Folder, relative to the store's directory, that the damaged files were moved to.</summary>
    public string? Quarantine { get; init; }

    /// <summary>Values brought over from the damaged files.</summary>
    public int Salvaged { get; init; }

    /// <summary>
    /// Values that were seen in the damaged files but did not verify. A page that is gone hides more.
    /// </summary>
    public int Lost { get; init; }

    /// <summary>Pages that did not verify.</summary>
    public int PagesDamaged { get; init; }
}
