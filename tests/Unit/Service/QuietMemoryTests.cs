using LightMq.Service;
using Xunit;

namespace LightMq.Unit.Service;

/// <summary>When memory is given back after a busy time.</summary>
public sealed class QuietMemoryTests
{
    private int _times;
    private long _done;

    [Fact]
    public void Given_back_once_after_a_busy_time()
    {
        var memory = new QuietMemory(() => _times++);
        Pass(memory, seconds: 30, perSecond: 100);
        Assert.Equal(0, _times);
        Pass(memory, seconds: 4, perSecond: 50);
        Assert.Equal(0, _times);
        Pass(memory, seconds: 60, perSecond: 1);
        Assert.Equal(1, _times);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(51)]
    [InlineData(10_000)]
    public void Steady_load_is_left_alone(int perSecond)
    {
        Pass(new QuietMemory(() => _times++), seconds: 3_600, perSecond);
        Assert.Equal(0, _times);
    }

    [Theory]
    [InlineData(999, 0)]
    [InlineData(1_000, 1)]
    public void Little_is_not_worth_it(int messages, int times)
    {
        var memory = new QuietMemory(() => _times++);
        Pass(memory, seconds: 1, messages);
        Pass(memory, seconds: 60, perSecond: 0);
        Assert.Equal(times, _times);
    }

    [Theory]
    [InlineData(QuietMemory.HeapBytesMax, 1)]
    [InlineData(QuietMemory.HeapBytesMax + 1, 0)]
    public void Large_heap_is_left_to_the_collector(long bytes, int times)
    {
        var memory = new QuietMemory(() => _times++, () => bytes);
        Pass(memory, seconds: 1, perSecond: 1_000);
        Pass(memory, seconds: 600, perSecond: 0);
        Assert.Equal(times, _times);
    }

    [Fact]
    public void Bursts_are_followed_once_in_a_minute()
    {
        var memory = new QuietMemory(() => _times++);
        for (var burst = 0; burst < 6; burst++)
        {
            Pass(memory, seconds: 1, perSecond: 2_000);
            Pass(memory, seconds: 9, perSecond: 0);
        }
        Assert.Equal(1, _times);
        Pass(memory, seconds: 10, perSecond: 0);
        Assert.Equal(2, _times);
        Pass(memory, seconds: 3_600, perSecond: 0);
        Assert.Equal(2, _times);
    }

    private void Pass(QuietMemory memory, int seconds, int perSecond)
    {
        for (; seconds > 0; seconds--) memory.Tick(_done += perSecond);
    }
}
