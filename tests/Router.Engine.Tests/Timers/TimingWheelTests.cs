using Router.Engine.Timers;
using Router.Testing;

namespace Router.Engine.Tests.Timers;

public sealed class TimingWheelTests
{
    [Fact]
    public void An_item_is_told_at_its_tick_and_not_before()
    {
        var slab = new Slab();
        slab.Wheel.Add(7, 100);
        Assert.Empty(slab.Advance(99));
        Assert.Equal([7], slab.Advance(100));
        Assert.Empty(slab.Advance(1_000));
        Assert.Equal(0, slab.Wheel.Count);
    }

    [Fact]
    public void What_is_due_already_is_told_by_the_next_advance_of_the_same_tick()
    {
        var slab = new Slab(nowTick: 50);
        slab.Wheel.Add(1, 50);
        slab.Wheel.Add(2, 3);
        Assert.Equal([1, 2], slab.Advance(50));
    }

    [Fact]
    public void Items_of_one_tick_come_in_the_order_in_which_they_were_added()
    {
        var slab = new Slab();
        slab.Wheel.Add(1, 70_000);
        Assert.Empty(slab.Advance(65_536));
        slab.Wheel.Add(2, 70_000);
        Assert.Empty(slab.Advance(69_990));
        slab.Wheel.Add(3, 70_000);
        Assert.Equal([1, 2, 3], slab.Advance(70_000));
    }

    [Fact]
    public void Far_items_pass_through_all_levels()
    {
        uint[] dues = [1, 255, 256, 257, 65_535, 65_536, 65_537, 16_777_215, 16_777_216, 20_000_000, uint.MaxValue - 1, uint.MaxValue];
        var slab = new Slab();
        for (int i = 0; i < dues.Length; i++)
        {
            slab.Wheel.Add(i, dues[i]);
        }

        for (int i = 0; i < dues.Length; i++)
        {
            Assert.Empty(slab.Advance(dues[i] - 1));
            Assert.Equal([i], slab.Advance(dues[i]));
        }
    }

    [Fact]
    public void One_long_step_tells_everything_in_order_of_ticks()
    {
        uint[] dues = [20_000_000, 5, 300, 66_000, 299];
        var slab = new Slab();
        for (int i = 0; i < dues.Length; i++)
        {
            slab.Wheel.Add(i, dues[i]);
        }

        Assert.Equal([1, 4, 2, 3, 0], slab.Advance(uint.MaxValue));
    }

    [Fact]
    public void A_collector_may_stop_and_what_is_left_comes_next_and_can_be_removed()
    {
        var slab = new Slab();
        for (int i = 0; i < 5; i++)
        {
            slab.Wheel.Add(i, 10);
        }

        Assert.Equal([0, 1], slab.Advance(20, stopAfter: 2));
        Assert.Equal(10u, slab.Wheel.Now);
        slab.Wheel.Remove(3);
        slab.Wheel.Add(9, 15);
        Assert.Equal([2, 4, 9], slab.Advance(20));
    }

    [Fact]
    public void An_item_that_is_added_again_while_it_is_told_comes_one_tick_later()
    {
        var slab = new Slab();
        slab.Wheel.Add(1, 254);
        slab.AddAgainTimes = 3;
        Assert.Equal([1], slab.Advance(254));
        Assert.Equal(1, slab.Wheel.Count);
        Assert.Equal([1, 1], slab.Advance(256));
        Assert.Equal([1], slab.Advance(257));
        Assert.Equal(0, slab.Wheel.Count);
    }

    [Fact]
    public void The_next_tick_is_known_and_never_too_late()
    {
        var slab = new Slab();
        Assert.False(slab.Wheel.TryGetNext(out _));
        slab.Wheel.Add(1, 70_000);
        Assert.True(slab.Wheel.TryGetNext(out uint next));
        Assert.InRange(next, 1u, 70_000u);
        slab.Wheel.Add(2, 77);
        Assert.True(slab.Wheel.TryGetNext(out next));
        Assert.Equal(77u, next);
        Assert.Equal([2], slab.Advance(77));
        slab.Wheel.Add(3, 0);
        Assert.True(slab.Wheel.TryGetNext(out next));
        Assert.Equal(77u, next);
        slab.Wheel.Remove(3);
        slab.Wheel.Remove(1);
        Assert.False(slab.Wheel.TryGetNext(out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Any_sequence_of_adds_removes_and_steps_tells_what_a_sorted_list_tells(int seed)
    {
        var random = new Random(seed);
        uint start = seed == 4 ? uint.MaxValue - 100_000_000 : (uint)random.Next();
        var slab = new Slab(start);
        var reference = new SortedSet<(uint Due, long Order, int Item)>();
        var byItem = new Dictionary<int, (uint Due, long Order, int Item)>();
        uint now = start;
        for (int step = 0; step < 15_000; step++)
        {
            int item = random.Next(Slab.Items);
            switch (random.Next(10))
            {
                case < 5 when !byItem.ContainsKey(item):
                    uint due = (uint)Math.Min(uint.MaxValue, now + random.NextInt64(1L << random.Next(1, 27)));
                    byItem[item] = (due, step, item);
                    reference.Add(byItem[item]);
                    slab.Wheel.Add(item, due);
                    break;
                case < 7 when byItem.Remove(item, out (uint, long, int) entry):
                    reference.Remove(entry);
                    slab.Wheel.Remove(item);
                    break;
                case >= 7:
                    uint to = (uint)Math.Min(uint.MaxValue, now + random.NextInt64(1L << random.Next(0, 18)));
                    now = to;
                    List<int> expected = [];
                    while (reference.Count > 0 && reference.Min.Due <= now)
                    {
                        byItem.Remove(reference.Min.Item);
                        expected.Add(reference.Min.Item);
                        reference.Remove(reference.Min);
                    }

                    Assert.Equal(expected, slab.Advance(now));
                    break;
                default:
                    break;
            }

            Assert.Equal(reference.Count, slab.Wheel.Count);
            Assert.Equal(reference.Count > 0, slab.Wheel.TryGetNext(out uint next));
            Assert.True(reference.Count == 0 || next <= Math.Max(now, reference.Min.Due));
        }
    }

    [Fact]
    public void Adding_removing_and_advancing_allocate_nothing()
    {
        var slab = new Slab();
        var sink = new CountingSink();
        Turn(slab, ref sink, 0);
        uint round = 0;
        Allocations.AssertNone(() => Turn(slab, ref sink, ++round * 10_000), warmUps: 0, runs: 50);
        Assert.True(sink.Count > 0);
    }

    private static void Turn(Slab slab, ref CountingSink sink, uint at)
    {
        for (int i = 0; i < 64; i++)
        {
            slab.Wheel.Add(i, at + ((uint)i * 37));
        }

        slab.Wheel.Remove(5);
        slab.Wheel.Advance(at + 9_999, ref sink);
    }

    private struct CountingSink : IDueItems
    {
        public int Count;

        public bool Take(int item)
        {
            Count++;
            return true;
        }
    }

    private struct ListSink(Slab slab, List<int> items, int stopAfter) : IDueItems
    {
        public bool Take(int item)
        {
            items.Add(item);
            if (slab.AddAgainTimes-- > 0)
            {
                slab.Wheel.Add(item, slab.Due(item));
            }

            return items.Count < stopAfter;
        }
    }

    private sealed class Slab
    {
        public const int Items = 300;
        private readonly int[] next = new int[Items];
        private readonly int[] previous = new int[Items];
        private readonly uint[] due = new uint[Items];

        public Slab(uint nowTick = 0) => Wheel = new(new Links(this), nowTick);

        public TimingWheel<Links> Wheel { get; }

        public int AddAgainTimes { get; set; }

        public uint Due(int item) => due[item];

        public List<int> Advance(uint to, int stopAfter = int.MaxValue)
        {
            List<int> items = [];
            var sink = new ListSink(this, items, stopAfter);
            bool all = Wheel.Advance(to, ref sink);
            Assert.Equal(items.Count < stopAfter, all);
            return items;
        }

        public readonly struct Links(Slab slab) : IWheelLinks
        {
            public ref int Next(int item) => ref slab.next[item];

            public ref int Previous(int item) => ref slab.previous[item];

            public ref uint Due(int item) => ref slab.due[item];
        }
    }
}
