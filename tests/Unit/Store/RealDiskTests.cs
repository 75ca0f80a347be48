using LightMq.Store;
using LightMq.Store.Disk;
using Xunit;

namespace LightMq.Unit.Store;

[Collection(OneAtATime.Name)]
public sealed class RealDiskTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lightmq-store-").FullName;

    [Fact]
    public void The_store_works_on_a_real_directory()
    {
        var path = Path.Combine(_directory, "a/b");
        var expected = new Shelf();
        var script = new Script(1);
        for (var life = 0; life < 2; life++)
        {
            using var disk = RealDisk.Take(path);
            using var store = LiteStore.Open(disk, Shelf.Small);
            Assert.Equal(life == 0, store.Report.Created);
            for (var i = 0; i < 40; i++)
            {
                var group = script.Next();
                store.Commit(group);
                expected.Apply(group);
            }
            Assert.Null(expected.DifferenceTo(Shelf.Of(store)));
        }
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path));
    }

    [Fact]
    public void A_damaged_real_store_goes_to_quarantine()
    {
        using var disk = RealDisk.Take(_directory);
        LiteStore.Open(disk, Shelf.Small).Dispose();
        File.WriteAllText(Path.Combine(_directory, "data.1"), "gone");
        using var store = LiteStore.Open(disk, Shelf.Small);
        Assert.NotNull(store.Report.Damage);
        Assert.Equal("gone", File.ReadAllText(Path.Combine(_directory, "quarantine/1/data.1")));
    }

    [Fact]
    public void A_second_opener_is_refused()
    {
        using var first = RealDisk.Take(_directory);
        var refused = Assert.Throws<StoreUnavailableException>(() => RealDisk.Take(_directory));
        Assert.Contains("in use by another broker", refused.Message);
        first.Dispose();
        RealDisk.Take(_directory).Dispose();
    }

    [Fact]
    public void A_file_in_place_of_the_directory_is_refused()
    {
        var path = Path.Combine(_directory, "file");
        File.WriteAllText(path, "");
        var refused = Assert.Throws<StoreUnavailableException>(() => RealDisk.Take(path));
        Assert.Contains("is a file", refused.Message);
        var below = Assert.Throws<StoreUnavailableException>(() => RealDisk.Take(path + "/below"));
        Assert.DoesNotContain('\n', below.Message);
    }

    [Fact]
    public void A_file_system_that_cannot_be_written_is_refused()
    {
        var refused = Assert.Throws<StoreUnavailableException>(() => RealDisk.Take("/proc/lightmq"));
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void A_full_device_is_its_own_kind_of_error()
    {
        using var disk = RealDisk.Take(_directory);
        File.CreateSymbolicLink(Path.Combine(_directory, "full"), "/dev/full");
        using var file = disk.Open("full");
        Assert.Throws<DiskFullException>(() => file.Write(0, new byte[10]));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
