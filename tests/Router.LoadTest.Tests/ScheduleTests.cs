using Router.LoadTest.Load;

namespace Router.LoadTest.Tests;

public sealed class ScheduleTests
{
    [Fact]
    public void Times_are_those_of_the_stages_whatever_is_taken_when()
    {
        Schedule schedule = Schedule.Of((1, 2), (0.5, 10), (1, 1));
        List<long> times = [];
        while (!schedule.HasEnded(long.MaxValue))
        {
            times.Add(schedule.Next(long.MaxValue) / 1_000_000);
            schedule.Take();
        }

        Assert.Equal([0, 500, 1000, 1100, 1200, 1300, 1400, 1500], times);
        Assert.Equal(2_500_000_000, schedule.Length);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(499, 1)]
    [InlineData(500, 2)]
    [InlineData(1250, 5)]
    [InlineData(5000, 8)]
    public void What_is_due_is_counted_taken_or_not(long milliseconds, long due) =>
        Assert.Equal(due, Schedule.Of((1, 2), (0.5, 10), (1, 1)).Due(milliseconds * 1_000_000));

    [Fact]
    public void Unpaced_ends_by_count_or_by_time()
    {
        Schedule schedule = Schedule.Unpaced(1, 2);
        Assert.False(schedule.HasEnded(0));
        Assert.Equal(77, schedule.Next(77));
        schedule.Take();
        Assert.True(schedule.HasEnded(1_000_000_000));
        schedule.Take();
        Assert.True(schedule.HasEnded(0));
    }

    [Fact]
    public void Contacts_of_a_range_come_once_each_before_any_comes_again()
    {
        var contacts = new Contacts(1_000);
        Assert.Equal(1_000, Enumerable.Range(0, 1_000).Select(i => contacts.Of(i)).Distinct().Count());
        Assert.Equal(contacts.Of(3), contacts.Of(1_003));
        Assert.All(Enumerable.Range(0, 1_000), i => Assert.InRange(new Contacts(0).Of(i), 3_000_000_000, 3_999_999_999));
    }
}
