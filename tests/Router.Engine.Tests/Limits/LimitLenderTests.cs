using Router.Core.Messages;
using Router.Engine.Limits;
using Router.Testing;

namespace Router.Engine.Tests.Limits;

public sealed class LimitLenderTests
{
    private const long Second = 10_000_000;
    private const long Start = 777 * Second;

    [Fact]
    public void All_limits_are_taken_together_or_none()
    {
        LimitLender lender = Lender();
        Limit tenant = lender.Hold(LimitKey.OfTenant(1), 100);
        Limit channel = lender.Hold(LimitKey.OfChannel(1, Channel.Sms), 7);
        Limit sender = lender.Hold(LimitKey.OfSender(1, 5), 50);
        Slice slice = lender.TakeTogether([tenant, channel, sender], 20, 20, 1, Start);
        Assert.Equal(7, slice.Messages);

        Slice none = lender.TakeTogether([tenant, channel, sender], 20, 20, 1, Start);
        Assert.Equal(0, none.Messages);

        // The refusal took nothing from the two that had some.
        Assert.Equal(93, lender.TakeTogether([tenant], 200, 200, 1, Start).Messages);
        Assert.Equal(43, lender.TakeTogether([sender], 200, 200, 1, Start).Messages);
    }

    [Fact]
    public void A_refusal_says_the_first_moment_at_which_all_limits_lend_again()
    {
        LimitLender lender = Lender();
        Limit tenant = lender.Hold(LimitKey.OfTenant(1), 3);
        Limit sender = lender.Hold(LimitKey.OfSender(1, 5), 3);
        lender.TakeTogether([tenant], 3, 3, 1, Start);
        lender.TakeTogether([sender], 3, 3, 1, Start + (Second / 2));
        Slice none = lender.TakeTogether([tenant, sender], 1, 1, 1, Start + (Second / 2));
        Assert.InRange(none.RetryAt, Start + (Second * 3 / 2), Start + (Second * 16 / 10));
        Assert.Equal(0, lender.TakeTogether([tenant, sender], 1, 1, 1, none.RetryAt - 1).Messages);
        Assert.Equal(3, lender.TakeTogether([tenant, sender], 5, 5, 1, none.RetryAt).Messages);
    }

    [Fact]
    public void A_slice_is_good_for_at_most_40_ms()
    {
        LimitLender lender = Lender(sliceMs: LimitLender.SliceMsMax);
        Limit tenant = lender.Hold(LimitKey.OfTenant(1), 1_000_000);
        for (long at = Start; at < Start + Second; at += 1_237)
        {
            Slice slice = lender.TakeTogether([tenant], 1, 1, 1, at);
            Assert.InRange(slice.End - at, Second * 36 / 1000, Second * 40 / 1000);
        }
    }

    [Fact]
    public void Without_limits_all_is_lent_for_ever() =>
        Assert.Equal(new Slice(9, 20, long.MaxValue, Start), Lender().TakeTogether([], 9, 20, 3, Start));

    [Fact]
    public void A_provider_counts_segments_and_the_others_messages()
    {
        LimitLender lender = Lender();
        Limit tenant = lender.Hold(LimitKey.OfTenant(1), 100);
        Limit provider = lender.Hold(LimitKey.OfProvider(4), 100);
        Slice slice = lender.TakeTogether([tenant, provider], 10, 30, 3, Start);
        Assert.Equal((10, 30), (slice.Messages, slice.Segments));
        Assert.Equal(90, lender.TakeTogether([tenant], 200, 200, 1, Start).Messages);
        Assert.Equal(70, lender.TakeTogether([provider], 200, 200, 1, Start).Messages);
    }

    [Fact]
    public void Where_one_side_lends_less_the_other_lends_in_proportion()
    {
        LimitLender lender = Lender();
        Limit tenant = lender.Hold(LimitKey.OfTenant(1), 2);
        Limit provider = lender.Hold(LimitKey.OfProvider(4), 100);
        Slice slice = lender.TakeTogether([tenant, provider], 10, 30, 3, Start);
        Assert.Equal((2, 6), (slice.Messages, slice.Segments));

        Limit other = lender.Hold(LimitKey.OfTenant(2), 1_000);
        Slice rest = lender.TakeTogether([other, provider], 100, 300, 3, Start);
        Assert.Equal((32, 94), (rest.Messages, rest.Segments));
        Assert.Equal(968, lender.TakeTogether([other], 2_000, 2_000, 1, Start).Messages);
    }

    [Fact]
    public void Too_few_segments_for_the_first_message_take_nothing()
    {
        LimitLender lender = Lender();
        Limit tenant = lender.Hold(LimitKey.OfTenant(1), 100);
        Limit provider = lender.Hold(LimitKey.OfProvider(4), 10);
        lender.TakeTogether([provider], 8, 8, 1, Start);
        Slice none = lender.TakeTogether([tenant, provider], 1, 3, 3, Start);
        Assert.Equal(0, none.Messages);
        Assert.Equal(100, lender.TakeTogether([tenant], 100, 100, 1, Start).Messages);
        Assert.Equal(0, lender.TakeTogether([provider], 1, 3, 3, none.RetryAt - 1).Segments);
        Assert.Equal(3, lender.TakeTogether([provider], 1, 3, 3, none.RetryAt).Segments);
    }

    [Fact]
    public void A_message_longer_than_the_provider_allows_in_a_second_gets_the_whole_limit()
    {
        LimitLender lender = Lender();
        Limit provider = lender.Hold(LimitKey.OfProvider(4), 2);
        Slice first = lender.TakeTogether([provider], 1, 5, 5, Start);
        Assert.Equal((1, 2), (first.Messages, first.Segments));
        Slice none = lender.TakeTogether([provider], 1, 3, 3, Start);
        Assert.Equal(0, none.Messages);
        Assert.Equal(2, lender.TakeTogether([provider], 1, 3, 3, none.RetryAt).Segments);
    }

    [Fact]
    public void What_is_given_back_is_lent_again()
    {
        LimitLender lender = Lender();
        Limit[] limits = [lender.Hold(LimitKey.OfTenant(1), 10), lender.Hold(LimitKey.OfProvider(4), 20)];
        Slice slice = lender.TakeTogether(limits, 10, 20, 2, Start);
        lender.GiveBack(limits, slice, slice.Messages - 4, slice.Segments - 8);
        Slice rest = lender.TakeTogether(limits, 10, 20, 2, Start);
        Assert.Equal((6, 12), (rest.Messages, rest.Segments));
    }

    [Fact]
    public void A_lender_that_starts_anew_lends_nothing_for_one_window_after_the_last_departure()
    {
        var lender = new LimitLender(Second, Start);
        Limit tenant = lender.Hold(LimitKey.OfTenant(1), 10);
        Slice none = lender.TakeTogether([tenant], 1, 1, 1, Start);
        Assert.Equal(lender.LendsFrom, none.RetryAt);
        Assert.InRange(none.RetryAt, Start + Second + (Second * 40 / 1000), Start + (Second * 11 / 10));
        Assert.Equal(0, lender.TakeTogether([tenant], 1, 1, 1, none.RetryAt - 1).Messages);
        Assert.Equal(10, lender.TakeTogether([tenant], 99, 99, 1, none.RetryAt).Messages);

        var exclusive = new LimitLender(Second, Start, lastDepartureAt: Start - (Second / 2));
        Assert.InRange(exclusive.LendsFrom, Start + (Second / 2), Start + (Second * 52 / 100));
    }

    [Fact]
    public void Lanes_that_hold_the_same_key_count_in_the_same_limit()
    {
        LimitLender lender = Lender();
        Limit one = lender.Hold(LimitKey.OfTenant(1), 10);
        Limit two = lender.Hold(LimitKey.OfTenant(1), 10);
        Assert.Same(one, two);
        Assert.NotSame(one, lender.Hold(LimitKey.OfTenant(2), 10));
        Assert.NotSame(one, lender.Hold(LimitKey.OfChannel(1, Channel.Sms), 10));
        Assert.NotSame(one, lender.Hold(LimitKey.OfProvider(1), 10));
    }

    [Fact]
    public void A_limit_is_forgotten_when_nobody_holds_it_and_its_window_is_empty()
    {
        LimitLender lender = Lender();
        Limit used = lender.Hold(LimitKey.OfTenant(1), 10);
        Limit held = lender.Hold(LimitKey.OfTenant(2), 10);
        lender.TakeTogether([used], 10, 10, 1, Start);
        lender.LetGo(used);
        Assert.Equal(0, lender.Forget(Start + Second));
        Assert.Same(used, lender.Hold(LimitKey.OfTenant(1), 10));
        Assert.Equal(0, lender.TakeTogether([used], 1, 1, 1, Start + Second).Messages);
        lender.LetGo(used);
        Assert.Equal(1, lender.Forget(Start + (2 * Second)));
        Assert.Equal(1, lender.Count);
        Assert.Same(held, lender.Hold(LimitKey.OfTenant(2), 10));
    }

    [Fact]
    public void A_new_rate_counts_what_left_before_it()
    {
        LimitLender lender = Lender();
        Limit tenant = lender.Hold(LimitKey.OfTenant(1), null);
        lender.TakeTogether([tenant], 8, 8, 1, Start);
        lender.Set(LimitKey.OfTenant(1), 10);
        lender.Set(LimitKey.OfTenant(9), 10);
        Assert.Equal(2, lender.TakeTogether([tenant], 8, 8, 1, Start).Messages);
        lender.Set(LimitKey.OfTenant(1), 5);
        Assert.Equal(0, lender.TakeTogether([tenant], 8, 8, 1, Start + (Second / 2)).Messages);
        lender.Set(LimitKey.OfTenant(1), null);
        Assert.Equal(8, lender.TakeTogether([tenant], 8, 8, 1, Start + (Second / 2)).Messages);
        Assert.Equal(1, lender.Count);
    }

    [Fact]
    public void Taking_giving_back_and_forgetting_allocate_nothing()
    {
        LimitLender lender = Lender();
        Limit[] limits = [lender.Hold(LimitKey.OfTenant(1), 100), lender.Hold(LimitKey.OfChannel(1, Channel.Sms), 100), lender.Hold(LimitKey.OfProvider(1), 100)];
        long lent = Turn(lender, limits, Start);
        int turn = 0;
        Allocations.AssertNone(() => lent += Turn(lender, limits, Start + (++turn * Second / 300)), warmUps: 0, runs: 2_000);
        Assert.True(lent > 500);
    }

    private static int Turn(LimitLender lender, Limit[] limits, long now)
    {
        Slice slice = lender.TakeTogether(limits, 5, 6, 1, now);
        if (slice.Messages > 1)
        {
            lender.GiveBack(limits, slice, 1, 1);
        }

        lender.Forget(now);
        return slice.Messages;
    }

    private static LimitLender Lender(int sliceMs = 32) => new(Second, Start, LimitLender.NoneBefore, sliceMs);
}
