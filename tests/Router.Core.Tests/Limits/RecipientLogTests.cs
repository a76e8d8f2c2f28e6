using FsCheck.Xunit;
using Router.Core.Limits;

namespace Router.Core.Tests.Limits;

public sealed class RecipientLogTests
{
    [Property(MaxTest = 60)]
    public void Any_sequence_of_asks_keeps_every_window(int seed)
    {
        var random = new Random(seed);
        int count = random.Next(1, random.Next(2) == 0 ? 4 : RecipientLog.CountMax + 1);
        int windowSeconds = random.Next(1, random.Next(2) == 0 ? 10 : RecipientLog.WindowSecondsMax + 1);
        var log = new RecipientLog();
        var departures = new Departures();
        long now = random.NextInt64(2_000_000_000_000);
        for (int ask = 0; ask < 600; ask++)
        {
            long next = log.NextAt(count, windowSeconds, now);
            if (next > now)
            {
                Assert.False(log.IsIdle(windowSeconds, now));
                now = random.Next(3) == 0 ? next : now + Step(random, windowSeconds, count);
                continue;
            }

            long end = now + random.Next(250);
            log.Count(count, end);
            if (random.Next(5) == 0)
            {
                log.Uncount(end);
            }
            else
            {
                departures.Add(random.NextInt64(now, end + 1), 1);
            }

            now += random.Next(2) == 0 ? 0 : Step(random, windowSeconds, count);
        }

        Assert.InRange(departures.MostIn(windowSeconds * 1_000L), 1, count);
    }

    [Fact]
    public void It_says_the_first_millisecond_at_which_one_more_may_leave()
    {
        var log = new RecipientLog();
        foreach (long at in (long[])[1_000, 1_500, 3_000])
        {
            Assert.Equal(at, log.NextAt(3, 10, at));
            log.Count(3, at);
        }

        Assert.Equal(11_001, log.NextAt(3, 10, 3_000));
        log.Count(3, 11_001);
        Assert.Equal(11_501, log.NextAt(3, 10, 11_001));
    }

    [Fact]
    public void A_place_that_came_back_after_another_took_it_waits_for_its_window()
    {
        var log = new RecipientLog();
        log.Reserve();
        log.Depart(1, 1_000);
        Assert.Equal(11_001, log.NextAt(1, 10, 11_001));
        log.Reserve();
        log.Return(1_000); // two places, one is allowed
        Assert.Equal(11_001, log.DepartsAt(1, 10, 11_001, isUncertain: false, certainFromMs: 0));
        log.Depart(1, 11_200);
        Assert.Equal(21_201, log.DepartsAt(1, 10, 11_300, isUncertain: false, certainFromMs: 0));
        Assert.Equal(21_201, log.DepartsAt(1, 10, 21_201, isUncertain: false, certainFromMs: 0));
    }

    [Fact]
    public void What_may_have_departed_counts_for_others_until_its_window_has_passed()
    {
        var log = new RecipientLog();
        log.Reserve(isUncertain: true);
        Assert.Equal(1_200, log.DepartsAt(1, 10, 1_200, isUncertain: true, certainFromMs: 1_000)); // only itself
        log.Reserve(isUncertain: true);
        Assert.Equal(1_200, log.DepartsAt(2, 10, 1_200, isUncertain: true, certainFromMs: 1_000));
        Assert.Equal(11_001, log.DepartsAt(1, 10, 1_200, isUncertain: true, certainFromMs: 1_000));
        Assert.Equal(11_001, log.DepartsAt(2, 10, 1_200, isUncertain: false, certainFromMs: 1_000));
        Assert.Equal(11_001, log.DepartsAt(1, 10, 11_001, isUncertain: true, certainFromMs: 1_000));
        log.Depart(1, 11_100, isUncertain: true);
        Assert.Equal(21_101, log.DepartsAt(1, 10, 11_200, isUncertain: true, certainFromMs: 1_000));
        log.Return(11_100, isUncertain: true);
        Assert.Equal(11_200, log.DepartsAt(1, 10, 11_200, isUncertain: true, certainFromMs: 1_000));
    }

    [Fact]
    public void A_release_that_lapsed_leaves_no_trace()
    {
        var log = new RecipientLog();
        log.Count(2, 1_000);
        log.Count(2, 1_200);
        log.Uncount(1_000);
        Assert.Equal(1_300, log.NextAt(2, 60, 1_300));
        log.Count(2, 1_300);
        Assert.Equal(61_201, log.NextAt(2, 60, 1_300));
    }

    [Fact]
    public void Releases_that_end_in_another_order_than_they_began_are_kept_in_order_of_time()
    {
        var log = new RecipientLog();
        log.Count(3, 5_000);
        log.Count(3, 4_800);
        log.Count(3, 4_900);
        Assert.Equal(14_801, log.NextAt(3, 10, 5_000));
    }

    [Fact]
    public void A_lower_count_looks_at_the_last_ones_alone()
    {
        var log = new RecipientLog();
        log.Count(3, 1_000);
        log.Count(3, 2_000);
        log.Count(3, 3_000);
        Assert.Equal(13_001, log.NextAt(1, 10, 3_000));
        Assert.Equal(12_001, log.NextAt(2, 10, 3_000));
    }

    [Property(MaxTest = 60)]
    public void Places_reserved_first_keep_every_window_of_every_limit(int seed)
    {
        var random = new Random(seed);
        int count = random.Next(1, 6);
        int windowSeconds = random.Next(1, 30);
        var log = new RecipientLog();
        var departures = new List<long>();
        int reserved = 0;
        int old = 0;
        long now = 1_000_000;
        for (int step = 0; step < 400; step++)
        {
            now += random.Next(3) == 0 ? random.Next(windowSeconds * 2_000) : random.Next(200);
            switch (random.Next(8))
            {
                case < 3 when log.NextAt(count, windowSeconds, now) == now:
                    log.Reserve();
                    reserved++;
                    break;
                case < 6 when reserved > 0:
                    long end = now + random.Next(250);
                    log.Depart(count, end);
                    reserved--;
                    if (random.Next(4) == 0)
                    {
                        log.Return(end);
                        reserved++;
                        break;
                    }

                    long left = random.NextInt64(now, end + 1);
                    log.Settle(count, end, random.NextInt64(left, end + 1));
                    departures.Add(left);
                    now = end;
                    if (old > 0)
                    {
                        old--; // its place may be of an older limit
                        break;
                    }

                    Assert.True(departures.Count(d => left - d <= windowSeconds * 1_000L) <= count, $"{count} in {windowSeconds} s");
                    break;
                case 6 when reserved > 0:
                    log.GiveBack();
                    reserved--;
                    old -= old > 0 ? 1 : 0;
                    break;
                case 7 when random.Next(10) == 0:
                    count = random.Next(1, 6);
                    windowSeconds = random.Next(1, 30);
                    old = reserved;
                    break;
                default:
                    break;
            }
        }
    }

    [Fact]
    public void What_was_loaded_counts_and_what_may_lie_before_it_counts_for_a_longer_window()
    {
        var log = new RecipientLog();
        log.Load([95_000, 91_000], unknownUntilMs: 89_999);
        Assert.Equal(101_001, log.NextAt(2, 10, 100_000));
        Assert.Equal(105_001, log.NextAt(1, 10, 100_000));
        Assert.Equal(110_000, log.NextAt(3, 20, 100_000)); // 20 s before now nobody looked
        Assert.Equal(100_000, log.NextAt(3, 10, 100_000));
    }

    [Fact]
    public void A_reserved_place_counts_until_it_is_given_back()
    {
        var log = new RecipientLog();
        log.Reserve();
        Assert.True(log.MayGiveBack(1_000));
        Assert.True(log.NextAt(1, 10, 1_000_000) > 1_000_000);
        log.GiveBack();
        Assert.False(log.MayGiveBack(1_000));
        Assert.Equal(1_000_000, log.NextAt(1, 10, 1_000_000));
        log.Reserve();
        log.Depart(1, 1_000_250);
        Assert.True(log.MayGiveBack(1_000_000));
        log.Settle(1, 1_000_250, 1_000_020);
        Assert.Equal(1_010_021, log.NextAt(1, 10, 1_000_100));
    }

    [Fact]
    public void A_contact_that_rested_for_months_starts_anew_and_years_of_traffic_stay_exact()
    {
        const long Day = 86_400_000;
        var log = new RecipientLog();
        long now = 1_700_000_000_000;
        for (int i = 0; i < 400; i++)
        {
            Assert.Equal(now, log.NextAt(2, RecipientLog.WindowSecondsMax, now));
            log.Count(2, now);
            Assert.False(log.IsIdle(RecipientLog.WindowSecondsMax, now + (7 * Day)));
            Assert.True(log.IsIdle(RecipientLog.WindowSecondsMax, now + (7 * Day) + 1));
            now += i % 10 == 0 ? 70 * Day : 4 * Day;
        }
    }

    private static long Step(Random random, int windowSeconds, int count) =>
        random.Next(30) == 0 ? random.NextInt64(40L * 86_400_000) : random.NextInt64((windowSeconds * 2_000L / count) + 2);
}
