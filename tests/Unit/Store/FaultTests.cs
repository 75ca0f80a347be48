using LightMq.Simulator.Disk;
using LightMq.Store;
using Xunit;

namespace LightMq.Unit.Store;

/// <summary>
/// The classic loop: a scripted life of the store in which operation N fails, or the power goes, for every N;
/// then the power goes anyway, and everything that was confirmed has to be there, and nothing in part.
/// </summary>
[Collection(OneAtATime.Name)]
public sealed class FaultTests
{
    private const int Groups = 30;

    [Theory]
    [InlineData(1)]
    public void Power_cut_at_every_operation(int seed) => EveryOperation(seed, Fault.PowerCut);

    [Theory]
    [InlineData(3)]
    public void Error_at_every_operation_then_a_power_cut(int seed) => EveryOperation(seed, Fault.Error);

    [Theory]
    [InlineData(5)]
    public void Three_errors_in_a_row_at_every_operation(int seed) => EveryOperation(seed, Fault.Errors);

    [Theory]
    [InlineData(6, false)]
    [InlineData(8, true)]
    public void Power_cut_at_every_operation_of_a_recovery(int seed, bool afterFailedSync)
    {
        for (var at = 1; ; at++)
        {
            var life = new Life(seed * 1000 + at);
            life.Run(Groups - at % 7);
            // Either the power went, or a sync failed and the process was killed: what it wrote reads as
            // whole until the power goes too.
            if (afterFailedSync) life.FailSyncAndKill();
            else life.Disk.PowerOff();
            life.Disk.PowerOffAt = life.Disk.Operations + at;
            var reached = !life.TryOpenOnce();
            life.Disk.PowerOff();
            life.CheckAfterReopen($"seed {seed}, recovery operation {at}");
            if (!reached) return;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("log.")]
    [InlineData("data.")]
    public void A_lying_disk_is_found_out(string files)
    {
        var found = false;
        for (var seed = 0; seed < 20 && !found; seed++)
        {
            var life = new Life(seed);
            life.Run(Groups / 2);
            life.Disk.IgnoresSyncsOf = files;
            life.Run(Groups / 2);
            life.Disk.PowerOff();
            found = life.IsDamagedOrDiffers();
        }
        Assert.True(found, "the check passes even where syncs do nothing");
    }

    private static void EveryOperation(int seed, Fault fault)
    {
        var cut = 0;
        for (var at = 1; ; at++)
        {
            var life = new Life(seed * 1000 + at);
            life.Plan(fault, at);
            life.Run(Groups);
            var reached = life.Reached;
            life.Disk.PowerOff();
            life.CheckAfterReopen($"seed {seed}, {fault} at operation {at}");
            if (reached) cut++;
            else break;
        }
        Assert.True(cut > 2 * Groups, $"only {cut} operations");
    }

    private enum Fault
    {
        PowerCut,
        Error,
        Errors,
    }

    /// <summary>A host that retries as <see cref="StoreThread"/> does, but without a thread.</summary>
    private sealed class Life
    {
        private readonly Script _script;
        private Shelf _confirmed = new();
        private Shelf? _maybe;
        private LiteStore? _store;
        private long _planned;

        public Life(int seed)
        {
            Disk = new SimulatedDisk(seed);
            _script = new Script(seed);
        }

        public SimulatedDisk Disk { get; }

        public bool Reached => Disk.Operations >= _planned;

        public void Plan(Fault fault, int at)
        {
            _planned = at;
            if (fault == Fault.PowerCut) Disk.PowerOffAt = at;
            else Disk.FailAt = at;
            Disk.FailCount = fault == Fault.Errors ? 3 : 1;
        }

        public void Run(int groups)
        {
            for (var i = 0; i < groups && !Disk.IsOff; i++) Commit();
            if (!Disk.IsOff && groups % 2 == 0) _store?.Dispose();
            _store = null;
        }

        public void FailSyncAndKill()
        {
            var store = Shelf.Open(Disk);
            var group = _script.Next();
            _maybe = _confirmed.Copy();
            _maybe.Apply(group);
            Disk.FailAt = Disk.Operations + 2;
            Assert.ThrowsAny<IOException>(() => store.Commit(group));
            Disk.PowerOn();
        }

        public bool TryOpenOnce()
        {
            try
            {
                _store = Shelf.Open(Disk);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }

        public bool IsDamagedOrDiffers()
        {
            using (var store = Shelf.Open(Disk))
                if (store.Report.Damage is not null) return true;
            return Difference() is not null;
        }

        public string? Difference()
        {
            using var store = Shelf.Open(Disk);
            var found = Shelf.Of(store);
            var difference = _confirmed.DifferenceTo(found);
            return difference is not null && _maybe?.DifferenceTo(found) is null && _maybe is not null
                ? null
                : difference;
        }

        public void CheckAfterReopen(string where)
        {
            _store = null;
            using (var store = Shelf.Open(Disk))
            {
                Assert.True(store.Report.Damage is null, $"{where}: {store.Report.Damage}");
                Assert.Equal(0, store.DamagedValues);
            }
            Assert.True(Difference() is not { } wrong, $"{where}: {Difference()}");
            // And it goes on working.
            _maybe = null;
            using (var store = Shelf.Open(Disk))
            {
                _confirmed = Shelf.Of(store);
                for (var i = 0; i < 3; i++)
                {
                    var group = _script.Next();
                    store.Commit(group);
                    _confirmed.Apply(group);
                }
            }
            Assert.Null(Difference());
        }

        private void Commit()
        {
            var group = _script.Next();
            while (!Disk.IsOff)
            {
                try
                {
                    _store ??= Shelf.Open(Disk);
                    _maybe = _confirmed.Copy();
                    _maybe.Apply(group);
                    _store.Commit(group);
                    _confirmed = _maybe;
                    _maybe = null;
                    return;
                }
                catch (IOException)
                {
                    _store?.Dispose();
                    _store = null;
                }
            }
        }
    }
}
