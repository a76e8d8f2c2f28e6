using Microsoft.Extensions.Time.Testing;
using Router.Engine.Machine;

namespace Router.Engine.Tests.Machine;

/// <summary>What the engine notices of the machine: its clock, its memory.</summary>
public sealed class MachineTests
{
    [Fact]
    public void A_clock_that_goes_back_is_told_once_until_it_is_where_it_was()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 27, 12, 0, 0, TimeSpan.Zero));
        var watch = new ClockWatch(time);
        Assert.False(watch.Look());

        time.AdjustTime(time.GetUtcNow().AddSeconds(-2));
        Assert.False(watch.Look()); // NTP does such things
        time.AdjustTime(time.GetUtcNow().AddHours(-1));
        Assert.True(watch.Look());
        Assert.Contains("3602 s", watch.Trouble, StringComparison.Ordinal);
        Assert.False(watch.Look());

        time.AdjustTime(time.GetUtcNow().AddHours(1).AddSeconds(3));
        Assert.True(watch.Look());
        Assert.Null(watch.Trouble);
        Assert.False(watch.Look());
    }

    [Fact]
    public void Memory_is_short_from_80_percent_on_and_again_enough_below_70()
    {
        long used = 69;
        int collections = 0;
        var time = new FakeTimeProvider();
        var watch = new MemoryWatch(time, () => (used, 100), () => collections++);
        Assert.False(watch.Look());
        Assert.Equal(0, collections);

        used = 79;
        Assert.False(watch.Look());
        used = 80;
        Assert.True(watch.Look());
        Assert.True(watch.IsShort);
        Assert.Equal(1, collections); // not at each look

        used = 71;
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(watch.Look());
        Assert.True(watch.IsShort);
        Assert.Equal(2, collections);
        used = 69;
        Assert.True(watch.Look());
        Assert.False(watch.IsShort);
        Assert.False(watch.Look());
    }

    // Guards against a process whose lasting memory lies between the two marks and which would refuse for ever.
    [Fact]
    public void Memory_that_stays_below_80_percent_for_5_seconds_is_enough()
    {
        long used = 80;
        var time = new FakeTimeProvider();
        var watch = new MemoryWatch(time, () => (used, 100), static () => { });
        Assert.True(watch.Look());
        used = 79;
        Assert.False(watch.Look());
        time.Advance(TimeSpan.FromSeconds(4));
        used = 80;
        Assert.False(watch.Look());
        used = 79;
        Assert.False(watch.Look());
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(watch.Look());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(watch.Look());
        Assert.False(watch.IsShort);
    }

    [Fact]
    public void What_a_collection_frees_is_not_short()
    {
        long used = 90;
        var watch = new MemoryWatch(new FakeTimeProvider(), () => (used, 100), () => used = 50);
        Assert.False(watch.Look());
        Assert.False(watch.IsShort);
    }
}
