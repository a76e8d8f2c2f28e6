using Router.Core.Messages;
using Router.Engine.Limits;

namespace Router.Engine.Tests.Limits;

/// <summary>A limit that marketing uses up leaves to what is more urgent as much as that needed lately (R3.2; issue 6: one-time passwords beside a campaign).</summary>
public sealed class UrgentShareTests
{
    private const long Second = 1_000_000_000;
    private const long Bucket = Second / 250;
    private const int PerSecond = 200;
    private readonly LimitLender lender = new(Second, 0, LimitLender.NoneBefore);
    private readonly Limit limit;
    private readonly Limit[] limits;
    private long now;

    public UrgentShareTests()
    {
        limit = lender.Hold(LimitKey.OfProvider(1), PerSecond);
        lender.Hold(LimitKey.OfProvider(1), PerSecond); // of two lanes
        limits = [limit];
    }

    [Fact]
    public void One_time_passwords_leave_at_once_beside_a_campaign_that_takes_all_it_gets()
    {
        // Those that waited come first, as the dispatcher has it; new ones come when all is taken.
        int waiting = 0;
        int refused = 0;
        long otps = 0;
        long marketing = 0;
        for (; now < 30 * Second; now += Bucket)
        {
            int left = Take(Purpose.Otp, waiting);
            marketing += Take(Purpose.Marketing, 1_000);
            if (now / Bucket % 10 == 3)
            {
                waiting++;
                left += Take(Purpose.Otp, 1);
                refused += left == 0 && now > 5 * Second ? 1 : 0;
            }

            waiting -= left;
            otps += left;
        }

        Assert.Equal(0, refused);
        Assert.InRange(otps, 30 * 25 - 1, 30 * 25);
        Assert.InRange(marketing, 30 * 160, 30 * (PerSecond - 20)); // 25 of 200 a second are passwords
    }

    [Fact]
    public void What_is_kept_free_for_those_that_come_no_more_is_given_back()
    {
        for (; now < 5 * Second; now += Bucket)
        {
            Take(Purpose.Otp, now / Bucket % 10 == 3 ? 1 : 0);
            Take(Purpose.Marketing, 1_000);
        }

        now += 15 * Second;
        Assert.Equal(PerSecond, Take(Purpose.Marketing, 1_000));
    }

    [Fact]
    public void Marketing_does_not_stand_still_beside_more_one_time_passwords_than_leave()
    {
        long marketing = 0;
        for (int turn = 0; now < 30 * Second; now += Bucket, turn++)
        {
            // As the dispatcher's turns have it: one of sixteen.
            marketing += turn % 16 == 0 ? Take(Purpose.Marketing, 1_000) : 0;
            Take(Purpose.Otp, 1_000);
        }

        Assert.True(marketing > 30, $"{marketing} left");
    }

    [Fact]
    public void A_long_message_leaves_though_others_are_waited_for()
    {
        for (; now < 5 * Second; now += Bucket)
        {
            Take(Purpose.Otp, now / Bucket % 3 == 0 ? 1 : 0); // 83 a second
        }

        // None of the last second any more, and still expected.
        now += 2 * Second;
        Assert.Equal(150, lender.TakeTogether(limits, 1, 150, 150, now, Purpose.Marketing).Segments);
    }

    [Fact]
    public void Who_is_alone_at_a_limit_has_all_of_it()
    {
        Limit own = lender.Hold(LimitKey.OfSender(1, 7), 10);
        Assert.Equal(4, lender.TakeTogether([own], 4, 4, 1, now, Purpose.Otp).Messages);
        now += 3 * Second / 2;
        Assert.Equal(10, lender.TakeTogether([own], 20, 20, 1, now, Purpose.Marketing).Messages);
    }

    private int Take(Purpose purpose, int segments) => segments == 0 ? 0 : lender.TakeTogether(limits, segments, segments, 1, now, purpose).Segments;
}
