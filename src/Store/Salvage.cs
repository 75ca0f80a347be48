using LightMq.Broker.Durability;
using LightMq.Store.Data;
using LightMq.Store.Log;

namespace LightMq.Store;

/// <summary>
/// Brings every value that verifies from a damaged pair of files into a new database; of several versions
/// of a value the newest. A value that was deleted in a part that is lost may come back: better a message
/// twice than not at all.
/// </summary>
internal sealed class Salvage(LogScan log, DataFile data, Action progress)
{
    private const int GroupBytesMax = 1 << 20;

    /// <summary>Values brought over.</summary>
    public int Saved { get; private set; }

    /// <summary>Values that began somewhere but did not verify.</summary>
    public int Broken { get; private set; }

    /// <summary>Pages that did not verify.</summary>
    public int PagesDamaged { get; private set; }

    /// <summary>Copies into <paramref name="target"/>.</summary>
    public void Into(Database target)
    {
        var pages = Math.Max(data.Pages, log.PageIds.DefaultIfEmpty(0u).Max() + 1);
        var scan = new ValueScan(Read, pages) { Progress = progress };
        var newest = Newest(scan);
        Broken = scan.Broken;
        PagesDamaged = scan.PagesDamaged;
        var group = new StoreGroup();
        foreach (var place in newest)
        {
            scan.Visit(place, (ValueScan.Place _, in StoredValue value) =>
                group.Put(value.Collection, value.Key, value.Bytes));
            Saved++;
            if (group.Bytes >= GroupBytesMax) Write(target, group);
        }
        if (!group.IsEmpty) Write(target, group);
    }

    private static List<ValueScan.Place> Newest(ValueScan scan)
    {
        var newest = new Dictionary<(StoreCollection, int), (long Commit, ValueScan.Place Place)>();
        scan.Run((ValueScan.Place place, in StoredValue value) =>
        {
            var name = (value.Collection, value.Key);
            if (!newest.TryGetValue(name, out var known) || known.Commit < value.Commit)
                newest[name] = (value.Commit, place);
        });
        var places = newest.Values.Select(found => found.Place);
        return [.. places.OrderBy(place => place.PageId).ThenBy(place => place.Index)];
    }

    private void Write(Database target, StoreGroup group)
    {
        target.Apply(group);
        target.Write();
        target.Checkpoint();
        group.Reset();
        progress();
    }

    private PageState Read(uint id, Span<byte> page) =>
        log.TryReadPage(id, page) ? PageState.Sound : data.Read(id, page);
}
