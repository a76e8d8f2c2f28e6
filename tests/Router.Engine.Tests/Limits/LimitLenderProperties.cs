using FsCheck.Xunit;
using Router.Core.Messages;
using Router.Engine.Limits;

namespace Router.Engine.Tests.Limits;

/// <summary>DESIGN §4.5 over the lender: any takes, departures anywhere in their slices, gifts back, lanes that come and go, lenders that die.</summary>
public sealed class LimitLenderProperties
{
    private const long Second = 10_000_000;

    private static readonly LimitKey[][] Lanes =
    [
        [LimitKey.OfTenant(1), LimitKey.OfChannel(1, Channel.Sms), LimitKey.OfSender(1, 9), LimitKey.OfProvider(1)],
        [LimitKey.OfTenant(1), LimitKey.OfChannel(1, Channel.Voice), LimitKey.OfProvider(2)],
        [LimitKey.OfTenant(2), LimitKey.OfProvider(1)],
        [LimitKey.OfProvider(2)],
    ];

    [Property(MaxTest = 60)]
    public void No_window_of_any_limit_holds_more_than_its_rate(int seed)
    {
        var random = new Random(seed);
        Dictionary<LimitKey, int> rates = Lanes.SelectMany(static l => l).Distinct().ToDictionary(static k => k, _ => random.Next(1, random.Next(2) == 0 ? 5 : 300));
        Dictionary<LimitKey, List<(long At, int Count)>> departures = rates.Keys.ToDictionary(static k => k, static _ => new List<(long, int)>());
        long now = random.NextInt64(1_000_000_000_000);
        var lender = new LimitLender(Second, now, LimitLender.NoneBefore);
        for (int step = 0; step < 1_500; step++)
        {
            now += Step(random);
            switch (random.Next(200))
            {
                case 0:
                    // It dies; what it lent is still used by others until the slices end.
                    lender = new LimitLender(Second, now);
                    break;
                case < 10:
                    lender.Forget(now);
                    break;
                default:
                    Ask(random, lender, Lanes[random.Next(Lanes.Length)], rates, departures, now);
                    break;
            }
        }

        foreach ((LimitKey key, int rate) in rates)
        {
            Assert.True(MostInOneSecond(departures[key]) <= rate, $"{key.Kind} {key.Owner}: more than {rate}");
        }
    }

    [Property(MaxTest = 30)]
    public void A_process_that_alone_held_the_store_may_lend_one_second_after_its_predecessors_last_departure(int seed)
    {
        var random = new Random(seed);
        int rate = random.Next(1, 50);
        var departures = new List<(long At, int Count)>();
        long now = random.NextInt64(1_000_000_000_000);
        for (int process = 0; process < 20; process++)
        {
            var lender = new LimitLender(Second, now, lastDepartureAt: now);
            Limit limit = lender.Hold(LimitKey.OfTenant(1), rate);
            for (int step = random.Next(60); step >= 0; step--)
            {
                now += Step(random);
                Slice slice = lender.TakeTogether([limit], random.Next(1, rate + 1), rate, 1, now);
                now += random.NextInt64(Second / 50);
                if (slice.Messages > 0 && now <= slice.End)
                {
                    departures.Add((now, slice.Messages));
                }
            }
        }

        Assert.True(MostInOneSecond(departures) <= rate);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 1)]
    [InlineData(333, 3)]
    [InlineData(100_000, 7)]
    public void Under_load_at_least_95_of_100_leave(int rate, int timerMs)
    {
        // Several limits of the same rate, each slice asked for when the refusal said, found by a timer that is late.
        var random = new Random(3);
        var lender = new LimitLender(Second, 0, LimitLender.NoneBefore);
        Limit[] limits = [lender.Hold(LimitKey.OfTenant(1), rate), lender.Hold(LimitKey.OfSender(1, 1), rate), lender.Hold(LimitKey.OfProvider(1), rate)];
        long lent = 0;
        long now = 0;
        long end = 60 * Second;
        while (now < end)
        {
            Slice slice = lender.TakeTogether(limits, 100_000, 100_000, 1, now);
            lent += slice.Messages;
            if (slice.Messages == 0)
            {
                Assert.True(slice.RetryAt > now);
                now = slice.RetryAt + random.NextInt64(timerMs * Second / 1_000);
            }
        }

        Assert.InRange(lent, 0.95 * rate * 60, 1.0 * rate * 61);
    }

    private static void Ask(
        Random random, LimitLender lender, LimitKey[] lane, Dictionary<LimitKey, int> rates, Dictionary<LimitKey, List<(long At, int Count)>> departures, long now)
    {
        Limit[] limits = [.. lane.Select(k => lender.Hold(k, rates[k]))];
        int each = random.Next(1, 4);
        int messages = random.Next(1, 40);
        var purpose = (Purpose)random.Next(4);
        Slice slice = lender.TakeTogether(limits, messages, messages * each, each, now, purpose);
        int messagesLeft = slice.Messages;
        int segmentsLeft = slice.Segments;
        if (random.Next(3) == 0)
        {
            int messagesBack = random.Next(messagesLeft + 1);
            int segmentsBack = random.Next(segmentsLeft + 1);
            lender.GiveBack(limits, slice, messagesBack, segmentsBack);
            messagesLeft -= messagesBack;
            segmentsLeft -= segmentsBack;
        }

        foreach (Limit limit in limits)
        {
            for (int left = limit.Key.CountsSegments ? segmentsLeft : messagesLeft; left > 0;)
            {
                int together = random.Next(1, left + 1);
                departures[limit.Key].Add((random.NextInt64(now, slice.End + 1), together));
                left -= together;
            }

            lender.LetGo(limit);
        }
    }

    private static long MostInOneSecond(List<(long At, int Count)> departures)
    {
        departures.Sort();
        long most = 0;
        long inside = 0;
        int first = 0;
        foreach ((long at, int count) in departures)
        {
            inside += count;
            while (departures[first].At < at - Second)
            {
                inside -= departures[first++].Count;
            }

            most = Math.Max(most, inside);
        }

        return most;
    }

    private static long Step(Random random) => random.Next(30) switch
    {
        < 6 => 0,
        < 27 => random.NextInt64(Second / 50),
        < 29 => random.NextInt64(Second * 2),
        _ => random.NextInt64(Second * 10_000),
    };
}
