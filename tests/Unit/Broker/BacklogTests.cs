using LightMq.Broker.Sessions;
using LightMq.Lmq;
using Xunit;

namespace LightMq.Unit.Broker;

/// <summary>The backlog against a plain sorted list.</summary>
public sealed class BacklogTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_holds_what_a_sorted_list_holds(int seed)
    {
        var random = new Random(seed);
        var backlog = new Backlog();
        var model = new SortedDictionary<long, int>();
        long last = 0;
        for (var step = 0; step < 20_000; step++)
        {
            if (random.Next(2) == 0 || model.Count < 3)
            {
                last += random.Next(3) == 0 ? random.Next(1, 1_000_000) : 1;
                backlog.Append(last, new Delivery { Bytes = step, IsKept = true, Slot = -1 });
                model[last] = step;
            }
            else
            {
                var key = Pick(model, random);
                Assert.Equal(model[key], backlog.At(key).Bytes);
                backlog.Remove(key);
                model.Remove(key);
                Assert.False(backlog.Holds(key));
            }
        }
        Check(backlog, model, last);
    }

    [Fact]
    public void Its_ends_are_drawn_from_either_side_and_met_in_the_middle()
    {
        var backlog = Of(10);
        Assert.Equal(1, backlog.NextOpen(PullOrder.OldestFirst));
        backlog.Draw(1);
        Assert.Equal(10, backlog.NextOpen(PullOrder.NewestFirst));
        backlog.Draw(10);
        for (var i = 2; i <= 9; i++) backlog.Draw(backlog.NextOpen(PullOrder.NewestFirst));
        Assert.Equal(0, backlog.NextOpen(PullOrder.OldestFirst));
        Assert.Equal(0, backlog.NextOpen(PullOrder.NewestFirst));
        Assert.Equal(1, backlog.NextDrawn());
        backlog.Sent(1, 7);
        Assert.Equal(1, backlog.SequenceOf(7));
        Assert.Equal(10, backlog.NextDrawn());
        backlog.Rewind();
        Assert.Equal(0, backlog.SequenceOf(7));
        Assert.Equal(0, backlog.NextDrawn());
        Assert.Equal(1, backlog.NextOpen(PullOrder.OldestFirst));
        Assert.Equal(10, backlog.NextOpen(PullOrder.NewestFirst));
    }

    [Fact]
    public void What_is_dropped_while_it_is_drawn_is_passed_over()
    {
        var backlog = Of(3);
        backlog.Draw(1);
        backlog.Draw(2);
        backlog.Remove(1);
        Assert.Equal(2, backlog.NextDrawn());
        backlog.Undraw();
        Assert.Equal(0, backlog.NextDrawn());
        Assert.Equal(2, backlog.NextOpen(PullOrder.OldestFirst));
    }

    private static Backlog Of(int count)
    {
        var backlog = new Backlog();
        for (var i = 1; i <= count; i++) backlog.Append(i, new Delivery { IsKept = true, Slot = -1 });
        return backlog;
    }

    private static long Pick(SortedDictionary<long, int> model, Random random) => random.Next(3) switch
    {
        0 => model.Keys.First(),
        1 => model.Keys.Last(),
        _ => model.Keys.ElementAt(random.Next(Math.Min(model.Count, 500))),
    };

    private static void Check(Backlog backlog, SortedDictionary<long, int> model, long last)
    {
        Assert.Equal(model.Count, backlog.Count);
        Assert.Equal(model.Keys.First(), backlog.First);
        var rising = new List<long>();
        for (var at = backlog.First; at != 0; at = backlog.After(at)) rising.Add(at);
        Assert.Equal(model.Keys, rising);
        var falling = new List<long>();
        for (var at = backlog.Before(long.MaxValue); at != 0; at = backlog.Before(at)) falling.Add(at);
        Assert.Equal(model.Keys.Reverse(), falling);
        Assert.All(model, pair => Assert.Equal(pair.Value, backlog.At(pair.Key).Bytes));
        // The gaps and the places together are all the numbers.
        var next = backlog.First;
        var keys = model.Keys.ToList();
        var index = 0;
        backlog.Gaps(last + 10, (from, until) =>
        {
            while (next < from) Assert.Equal(keys[index++], next++);
            Assert.True(index == keys.Count || keys[index] >= until);
            next = until;
        });
        while (index < keys.Count) Assert.Equal(keys[index++], next++);
        Assert.Equal(last + 10, next);
    }
}
