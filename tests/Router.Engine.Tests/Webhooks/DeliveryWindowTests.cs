using Router.Core.Webhooks;
using Router.Engine.Journal;
using Router.Engine.Webhooks;
using Router.Testing;

namespace Router.Engine.Tests.Webhooks;

/// <summary>The rules of delivering to one webhook, by hand-driven time.</summary>
public sealed class DeliveryWindowTests
{
    private const long Hour = 3_600_000;
    private const long Start = Some.NowMs;

    [Fact]
    public void Events_of_a_conversation_go_one_after_the_other_and_others_beside_them()
    {
        DeliveryWindow window = Window(1, 1, 2, 1);

        Delivery first = window.TryTake(Start)!;
        Delivery other = window.TryTake(Start)!;

        Assert.Equal((1, 3), (IndexOf(first), IndexOf(other)));
        Assert.Null(window.TryTake(Start));
        Assert.Equal(long.MaxValue, window.DueMs());
        window.Taken(first);
        Assert.Equal(2, IndexOf(window.TryTake(Start)!));
    }

    [Fact]
    public void An_event_that_is_not_taken_holds_back_its_conversation_alone()
    {
        DeliveryWindow window = Window(1, 1, 2);
        Delivery poison = window.TryTake(Start)!;
        window.Failed(poison, Start, 0);

        Delivery other = window.TryTake(Start)!;
        window.Taken(other);

        Assert.Equal(3, IndexOf(other));
        Assert.Null(window.TryTake(Start + 4_999));
        Assert.InRange(window.DueMs(), Start + 5_000, Start + 5_500);
        Assert.Same(poison, window.TryTake(Start + 5_500));
        Assert.Equal(new LogPosition(1, 0), window.Progress().Position);
        Assert.Equal([new LogPosition(1, 3)], window.Progress().Done);
    }

    [Fact]
    public void The_pauses_are_those_of_the_contract_and_the_last_try_is_at_three_days()
    {
        DeliveryWindow window = Window(1);
        long now = Start;
        var pauses = new List<long>();
        while (window.State == DeliveryState.Going)
        {
            Delivery one = window.TryTake(now)!;
            window.Failed(one, now, 0);
            long due = window.DueMs();
            pauses.Add(due - now);
            now = due;
        }

        long[] steps = [5_000, 300_000, Hour / 2, 2 * Hour, 5 * Hour, 10 * Hour];
        for (int i = 0; i < steps.Length; i++)
        {
            Assert.InRange(pauses[i], steps[i], steps[i] + (steps[i] / 10));
        }

        Assert.Equal(DeliveryState.Failed, window.State);
        Assert.Equal(3 * 24 * Hour, pauses.SkipLast(1).Sum());
        Assert.InRange(pauses.Count, 10, 13);
        Assert.Null(window.TryTake(now));
    }

    [Fact]
    public void A_receiver_that_takes_nothing_is_asked_with_one_event_at_a_time_another_each_time()
    {
        DeliveryWindow window = Window([.. Enumerable.Range(1, 40)]);
        var under = new List<Delivery>();
        while (window.TryTake(Start) is { } next)
        {
            under.Add(next);
        }

        Assert.Equal(DeliveryWindow.UnderWayMax, under.Count);
        under.ForEach(one => window.Failed(one, Start, 0));
        Assert.Null(window.TryTake(Start + 4_999));

        Delivery knock = window.TryTake(Start + 5_500)!;
        Assert.Equal(9, IndexOf(knock));
        Assert.Null(window.TryTake(Start + 5_500));
        window.Failed(knock, Start + 5_500, 0);
        Assert.Null(window.TryTake(Start + 5_500 + 9_999));
        Delivery second = window.TryTake(Start + 5_500 + 11_000)!;
        Assert.Equal(10, IndexOf(second));

        // Taken: everything goes on at once, also what had waited.
        window.Taken(second);
        Assert.Equal(1, IndexOf(window.TryTake(Start + 20_000)!));
    }

    [Fact]
    public void However_long_a_receiver_was_away_it_is_knocked_at_every_five_minutes_while_something_is_due()
    {
        DeliveryWindow window = Window([.. Enumerable.Range(1, DeliveryWindow.SizeMax)]);
        long now = FailAllUnderWay(window, Start);
        var pauses = new List<long>();
        for (int knock = 0; knock < 40; knock++)
        {
            long due = window.DueMs();
            pauses.Add(due - now);
            now = due + 15_000; // it hangs
            window.Failed(window.TryTake(due)!, now, 0);
        }

        long[] steps = [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000];
        for (int i = 0; i < pauses.Count; i++)
        {
            long step = steps[Math.Min(i, steps.Length - 1)];
            Assert.InRange(pauses[i], step, step + (step / 10));
        }
    }

    [Fact]
    public void A_new_event_knocks_at_a_receiver_whose_only_other_event_waits_for_hours()
    {
        DeliveryWindow window = Window([.. Enumerable.Range(1, 8)]);
        long now = FailAllUnderWay(window, Start);
        while (window.DueMs() - now < Hour)
        {
            now = window.DueMs();
            window.Failed(window.TryTake(now)!, now, 0);
        }

        Assert.Null(window.TryTake(now + (Hour / 2)));
        Add(window, 9, conversation: 9);

        Assert.InRange(window.DueMs(), 0, now + (Hour / 2));
        Assert.Equal(9, IndexOf(window.TryTake(now + (Hour / 2))!));
    }

    [Fact]
    public void A_post_that_hung_beside_one_that_was_taken_waits_by_itself_and_is_no_failing_receiver()
    {
        DeliveryWindow window = Window([.. Enumerable.Range(1, 20)]);
        Delivery[] hang = [.. Enumerable.Range(0, 7).Select(_ => window.TryTake(Start)!)];
        window.Taken(window.TryTake(Start + 1)!);

        foreach (Delivery one in hang)
        {
            window.Failed(one, Start + 15_000, 0);
            Assert.True(window.IsHealthy);
        }

        Assert.Equal(0, window.Progress().FailingSinceMs);
        Assert.Equal(DeliveryState.Going, window.State);
        Assert.Equal(9, IndexOf(window.TryTake(Start + 15_000)!));

        // What went after that tells of the receiver again.
        window.Failed(window.TryTake(Start + 15_000)!, Start + 30_000, 0);
        Assert.False(window.IsHealthy);
    }

    [Fact]
    public void What_hangs_on_past_the_first_pause_is_still_one_knock()
    {
        DeliveryWindow window = Window([.. Enumerable.Range(1, 40)]);
        for (int i = 0; i < 7; i++)
        {
            window.Failed(window.TryTake(Start)!, Start, 0);
        }

        Delivery[] under = [.. Enumerable.Range(0, 8).Select(_ => window.TryTake(Start)!)];
        window.Failed(under[0], Start, 0);
        foreach (Delivery one in under[1..])
        {
            window.Failed(one, Start + 15_000, 0);
        }

        // The pause of the first is over.
        Assert.NotNull(window.TryTake(Start + 15_000));
    }

    [Fact]
    public void A_receiver_that_takes_nothing_for_three_days_is_asked_a_last_time_at_their_end()
    {
        DeliveryWindow window = Window([.. Enumerable.Range(1, 9)]);
        Delivery first = window.TryTake(Start)!;
        window.Taken(window.TryTake(Start)!);
        window.Failed(first, Start, 0);

        // It begins to fail with one that failed before and is given up first; all others failed later.
        long began = Start + 6_000;
        first = window.TryTake(began)!;
        Delivery[] others = [.. Enumerable.Range(0, 7).Select(_ => window.TryTake(began)!)];
        window.Failed(first, began, 0);
        foreach (Delivery one in others)
        {
            window.Failed(one, began + 15_000, 0);
        }

        long now = began + 15_000;
        while (window.State == DeliveryState.Going)
        {
            now = Math.Max(now, window.DueMs());
            window.Failed(window.TryTake(now)!, now, 0);
        }

        Assert.Equal(DeliveryState.Failed, window.State);
        Assert.Equal(began + (3 * 24 * Hour), now);
    }

    [Fact]
    public void What_was_under_way_when_a_receiver_died_is_one_knock()
    {
        DeliveryWindow window = Window([.. Enumerable.Range(1, 40)]);
        for (int i = 0; i < 5; i++)
        {
            window.Failed(window.TryTake(Start)!, Start, 0);
        }

        Delivery[] under = [.. Enumerable.Range(0, 8).Select(_ => window.TryTake(Start)!)];
        foreach (Delivery one in under)
        {
            window.Failed(one, Start + 1, 0);
        }

        Assert.InRange(window.DueMs(), Start + 5_000, Start + 5_501);
    }

    [Theory]
    [InlineData(1, WebhookRetries.RetryAfterMinMs)]
    [InlineData(30_000, 30_000)]
    [InlineData(48 * Hour, WebhookRetries.RetryAfterMaxMs)]
    public void Retry_After_pauses_the_whole_webhook_within_bounds(long asked, long pause)
    {
        DeliveryWindow window = Window(1, 2);

        window.Failed(window.TryTake(Start)!, Start, asked);

        Assert.Null(window.TryTake(Start + pause - 1));
        Assert.Equal(Start + pause, window.DueMs());
        Assert.Equal(1, IndexOf(window.TryTake(Start + pause)!));
    }

    [Fact]
    public void An_event_that_only_fails_while_others_are_taken_is_given_up_after_three_days()
    {
        DeliveryWindow window = Window(1, 1);
        long now = Start;
        int other = 3;
        while (true)
        {
            Delivery poison = window.TryTake(now)!;
            Assert.Equal(1, IndexOf(poison));
            window.Failed(poison, now, 0);
            if (window.GivenUp == 1)
            {
                break;
            }

            now = window.DueMs();
            Add(window, other++, conversation: 7);
            window.Taken(window.TryTake(now - 1)!);
        }

        Assert.Equal(Start + (3 * 24 * Hour), now);
        Assert.Equal(DeliveryState.Going, window.State);
        Assert.Equal(2, IndexOf(window.TryTake(now)!));
    }

    [Fact]
    public void Gone_ends_it_at_once_and_anew_it_goes_on_where_it_stopped()
    {
        DeliveryWindow window = Window(1, 1, 2);
        Delivery first = window.TryTake(Start)!;
        window.Taken(window.TryTake(Start)!);

        window.Refused(first);

        Assert.Equal(DeliveryState.Gone, window.State);
        Assert.Null(window.TryTake(Start));
        var again = new DeliveryWindow(window.Progress().Anew(), new Random(1));
        Fill(again, [1, 1, 2]);
        Assert.Equal(1, IndexOf(again.TryTake(Start)!));
        Assert.Null(again.TryTake(Start));
    }

    [Fact]
    public void Nothing_wanted_moves_the_place_on_and_costs_nothing()
    {
        var window = new DeliveryWindow(new DeliveryProgress { Position = new LogPosition(1, 0) }, new Random(1));

        window.Skip(new LogPosition(9, 5));

        Assert.Equal(new LogPosition(9, 5), window.Progress().Position);
        Assert.Equal(long.MaxValue, window.DueMs());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void In_any_run_with_crashes_each_event_is_taken_in_its_conversations_order_and_none_is_left_out(int first)
    {
        for (int seed = first * 1000; seed < (first * 1000) + 150; seed++)
        {
            var run = new WindowRun(seed);
            run.Run();
            Assert.True(run.Wrong is null, $"seed {seed}: {run.Wrong}");
        }
    }

    private static long FailAllUnderWay(DeliveryWindow window, long now)
    {
        var under = new List<Delivery>();
        while (window.TryTake(now) is { } next)
        {
            under.Add(next);
        }

        under.ForEach(one => window.Failed(one, now, 0));
        return now;
    }

    private static DeliveryWindow Window(params int[] conversations)
    {
        var window = new DeliveryWindow(new DeliveryProgress { Position = new LogPosition(1, 0) }, new Random(1));
        Fill(window, conversations);
        return window;
    }

    private static void Fill(DeliveryWindow window, int[] conversations)
    {
        for (int i = 0; i < conversations.Length; i++)
        {
            Add(window, i + 1, conversations[i]);
        }
    }

    private static void Add(DeliveryWindow window, int index, int conversation) => window.Add(WindowRun.Event(index, conversation));

    private static int IndexOf(Delivery one) => one.Event.Position.Index;
}
