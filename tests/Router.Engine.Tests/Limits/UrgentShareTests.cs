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

    [Theory]
    [InlineData(83, 6)] // one-time passwords, twelve a second: 5 free beside them were never enough
    [InlineData(125, 7)]
    [InlineData(62, 5)]
    public void A_long_message_leaves_beside_others_that_come_evenly(int otpEveryBuckets, int segments)
    {
        Limit own = lender.Hold(LimitKey.OfProvider(2), 10);
        lender.Hold(LimitKey.OfProvider(2), 10);
        int left = 0;
        for (; now < 60 * Second; now += Bucket)
        {
            if (now / Bucket % otpEveryBuckets == 0)
            {
                Assert.Equal(1, lender.TakeTogether([own], 1, 1, 1, now, Purpose.Otp).Messages);
            }

            left += lender.TakeTogether([own], 1, segments, segments, now, Purpose.Marketing).Messages;
        }

        Assert.InRange(left, 25, 60);
    }

    [Theory]
    [InlineData(Purpose.Otp, 2, Purpose.Marketing)]
    [InlineData(Purpose.Marketing, 6, Purpose.Marketing)]
    [InlineData(Purpose.Marketing, 10, Purpose.Marketing)]
    [InlineData(Purpose.Marketing, 3, Purpose.Otp)] // seldom, but it does
    public void A_long_message_leaves_beside_short_ones_that_take_each_departure_as_it_comes_free(Purpose of, int segments, Purpose beside)
    {
        const int N = 10;
        Limit own = lender.Hold(LimitKey.OfProvider(2), N);
        lender.Hold(LimitKey.OfProvider(2), N);
        long left = 0;
        long others = 0;
        long waits = 0;
        long longest = 0;
        for (int bucket = 0; bucket < 60 * 250; bucket++, now += Bucket)
        {
            // In the first second they come one by one, so that they come free one by one ever after.
            if (bucket < 250 ? bucket % 25 == 0 : Leave(own, segments, of, this).Messages == 0)
            {
                others += Leave(own, 1, beside, limit).Messages;
                waits++;
            }
            else if (bucket >= 250)
            {
                left++;
                longest = Math.Max(longest, waits);
                waits = 0;
            }
        }

        Assert.InRange(Math.Max(longest, waits), 1, (of <= beside ? 3 : 6) * 250);
        Assert.InRange(left, 60 / (of <= beside ? 3 : 6), 60 * N / segments);
        Assert.InRange(others, 1, 60 * N);
    }

    // Who was served claimed the next departures at once, and the other's claim was without effect while that stood: it left nothing in a minute.
    [Theory]
    [InlineData(5, 3, 3)]
    [InlineData(8, 5, 5)]
    [InlineData(1, 3, 3)]
    [InlineData(1, 3, 1)]
    [InlineData(2, 3, 1)]
    [InlineData(3, 3, 1)]
    public void Lanes_of_one_purpose_are_served_in_turn_however_long_their_messages(int perSecond, int segments, int others)
    {
        Limit own = lender.Hold(LimitKey.OfProvider(2), perSecond);
        object other = new();
        int[] left = [0, 0];
        long[] again = [0, 60 * Bucket];
        for (; now < 60 * Second; now += Bucket)
        {
            while (now >= again[0])
            {
                again[0] = Take(0, this, segments);
            }

            if (now >= again[1])
            {
                again[1] = Take(1, other, others);
            }
        }

        Assert.InRange(left[1], left[0] / 3, left[0] * 2);
        Assert.InRange((left[0] * Math.Min(segments, perSecond)) + (left[1] * Math.Min(others, perSecond)), 60 * perSecond / 2, 60 * perSecond);

        long Take(int lane, object who, int least)
        {
            Slice slice = Leave(own, least, Purpose.Service, who);
            left[lane] += slice.Messages;
            return slice.Messages > 0 ? now : slice.RetryAt;
        }
    }

    [Fact]
    public void A_claim_stands_until_what_it_needs_has_left()
    {
        Limit own = lender.Hold(LimitKey.OfProvider(2), 10);
        Assert.Equal(8, lender.TakeTogether([own], 8, 8, 1, now, Purpose.Service, limit).Segments);
        Assert.Equal(0, lender.TakeTogether([own], 1, 3, 3, now, Purpose.Service, this).Segments);

        Slice tooFew = lender.TakeTogether([own], 1, 1, 1, now, Purpose.Service, this); // not known then how long its next one is
        lender.GiveBack([own], tooFew, tooFew.Messages, tooFew.Segments);

        Assert.Equal(0, lender.TakeTogether([own], 1, 1, 1, now, Purpose.Service, limit).Segments);

        now += 2 * Second; // all is free again, and he says it once more
        Assert.Equal(8, lender.TakeTogether([own], 8, 8, 1, now, Purpose.Otp, limit).Segments);
        Assert.Equal(0, lender.TakeTogether([own], 1, 3, 3, now, Purpose.Service, this).Segments);
        now += 4 * Bucket;
        Assert.Equal(0, lender.TakeTogether([own], 1, 3, 3, now, Purpose.Service, this).Segments);
        now += Second + (8 * Bucket);
        Slice read = lender.TakeTogether([own], 1, 3, 3, now, Purpose.Service, this); // its record is read back: it has not left
        Assert.Equal(3, read.Segments);
        lender.GiveBack([own], read, 1, 3);
        lender.Settle([own], read, 0, now, this);
        Assert.Equal(7, lender.TakeTogether([own], 10, 10, 1, now, Purpose.Service, limit).Segments);
        Assert.Equal(3, Leave(own, 3, Purpose.Service, this).Segments);
        Assert.Equal(0, lender.TakeTogether([own], 1, 1, 1, now, Purpose.Service, limit).Segments);
    }

    [Fact]
    public void Who_is_lent_less_than_he_claims_has_no_patience_to_lose()
    {
        Limit own = lender.Hold(LimitKey.OfProvider(2), 10);
        lender.Hold(LimitKey.OfProvider(2), 10);
        int otps = 0;
        for (int bucket = 0; bucket < 20 * 250; bucket++, now += Bucket)
        {
            if (bucket < 250)
            {
                otps += bucket % 25 == 0 ? Leave(own, 1, Purpose.Otp, limit).Messages : 0; // one by one, so that they come free one by one ever after
                continue;
            }

            Leave(own, 3, Purpose.Marketing, this);
            otps += bucket % 50 < 25 ? Leave(own, 1, Purpose.Otp, limit).Messages : 0;
            Leave(own, 1, Purpose.Marketing, this); // and what he takes is for another message
        }

        Assert.InRange(otps, 60, 200);
    }

    [Fact]
    public void Patience_is_not_lost_to_a_more_urgent_long_message()
    {
        Limit own = lender.Hold(LimitKey.OfProvider(2), 10);
        lender.Hold(LimitKey.OfProvider(2), 10);
        object longOtp = new();
        int otpWaits = 0;
        int otpsLeft = 0;
        int waits = 0;
        int longest = 0;
        for (int bucket = 0; bucket < 60 * 250; bucket++, now += Bucket)
        {
            if (bucket < 250)
            {
                if (bucket % 25 == 0)
                {
                    Leave(own, 1, Purpose.Otp, limit); // one by one, so that they come free one by one ever after
                }

                continue;
            }

            otpWaits += bucket % 500 == 0 ? 1 : 0;
            if (otpWaits > 0 && Leave(own, 2, Purpose.Otp, longOtp).Messages > 0)
            {
                otpWaits--;
                otpsLeft++;
            }

            waits = Leave(own, 3, Purpose.Marketing, this).Messages > 0 ? 0 : waits + 1;
            longest = Math.Max(longest, waits);
            Leave(own, 1, Purpose.Otp, limit);
        }

        Assert.InRange(longest, 1, 10 * 250);
        Assert.InRange(otpsLeft, 25, 30);
    }

    [Fact]
    public void What_is_asked_for_and_given_back_is_not_kept_free()
    {
        long marketing = 0;
        for (; now < 30 * Second; now += Bucket)
        {
            Slice lent = lender.TakeTogether(limits, 40, 40, 1, now, Purpose.Otp);
            marketing += Take(Purpose.Marketing, 1_000);
            if (lent.Messages > 0)
            {
                lender.GiveBack(limits, lent, lent.Messages, lent.Segments);
            }

            marketing += Take(Purpose.Marketing, 1_000);
        }

        Assert.InRange(marketing, 30 * PerSecond * 95 / 100, 30 * PerSecond);
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

    // One message: what is lent leaves.
    private Slice Leave(Limit own, int segments, Purpose purpose, object who)
    {
        Slice slice = lender.TakeTogether([own], 1, segments, segments, now, purpose, who);
        lender.Settle([own], slice, slice.Segments, now, who);
        return slice;
    }
}
