using Router.Core.Messages;
using Router.Engine.Providers;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Shards;

/// <summary>A fallback lies dormant in its own shard; its message's shard wakes it once, or has it cancelled, whatever dies in between. Messages are in shard 5, fallbacks in 40.</summary>
public sealed class FallbackTests
{
    [Fact]
    public void A_message_that_is_refused_has_its_fallback_go()
    {
        using EngineHarness h = Two();
        (Posted message, Posted fallback) = Send(h);
        Assert.Equal(["m1"], h.WrittenTexts());
        Assert.Equal(MessageStatus.Scheduled, h.Engine.OwnerOf(40)!.Shard.Peek(1, fallback.Id).Status);
        h.Provider.SettleAll(OutcomeKind.Refused);
        h.RunUntilIdle();
        Assert.Equal(["m1", "m0"], h.WrittenTexts());
        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.Equal([MessageStatus.Accepted, MessageStatus.Sent], h.Statuses(fallback));
        Assert.Equal(MessageStatus.Undelivered, h.Last(message));
        h.AssertAllEnded();
        AssertDone(h);
    }

    [Fact]
    public void A_receipt_that_says_undelivered_has_it_go_and_one_that_says_delivered_cancels_it()
    {
        using EngineHarness h = Two();
        (Posted lost, Posted goes) = Send(h, 1);
        (Posted arrived, Posted stays) = Send(h, 2);
        h.Provider.SettleAll();
        h.RunUntilIdle();
        h.Advance(5_000, 100);
        Assert.Equal(2, h.Provider.Written.Count);
        h.Provider.Receive(lost.Id, MessageStatus.Undelivered, Reason.Undeliverable);
        h.Provider.Receive(arrived.Id);
        h.RunUntilIdle();
        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.Equal(["m1", "m3", "m0"], h.WrittenTexts());
        Assert.Equal((MessageStatus.Sent, MessageStatus.Cancelled), (h.Last(goes), h.Last(stays)));
        h.AssertAllEnded();
        AssertDone(h);
    }

    [Fact]
    public void Consent_withdrawn_does_not_have_it_go()
    {
        using EngineHarness h = Two();
        h.SetFlags(static f => f.WithBlocked(true));
        h.RunUntilIdle();
        (Posted message, Posted fallback) = Send(h);
        h.RunUntilIdle();
        Assert.Equal((MessageStatus.Rejected, MessageStatus.Cancelled), (h.Last(message), h.Last(fallback)));
        Assert.Empty(h.Provider.Departures);
        AssertDone(h);
    }

    [Fact]
    public void A_message_without_a_provider_in_its_region_has_it_go()
    {
        using EngineHarness h = Two();
        Posted fallback = h.Queue(9, 40, isDormant: true);
        h.RunUntilIdle();
        Posted message = h.Queue(1, 5, region: "mars", fallback: fallback.Id);
        h.RunUntilIdle();
        Assert.Equal(MessageStatus.Rejected, h.Last(message));
        Assert.Equal(["m0"], h.WrittenTexts()); // the fallback names no region here
    }

    [Fact]
    public void Its_own_contacts_flags_hold_when_it_goes()
    {
        using EngineHarness h = Two();
        (_, Posted fallback) = Send(h);
        h.SetFlags(static f => f.WithBlocked(true), 9, 40);
        h.RunUntilIdle();
        h.Provider.SettleAll(OutcomeKind.Refused);
        h.RunUntilIdle();
        Assert.Equal((MessageStatus.Rejected, Reason.OptedOut), h.Stored(fallback.Id)[^1] is var last ? (last.Status, last.Reason) : default);
        Assert.Single(h.Provider.Departures);
    }

    [Fact]
    public void After_its_seconds_it_goes_beside_a_message_that_has_left()
    {
        using EngineHarness h = Two();
        (Posted message, Posted fallback) = Send(h, afterSeconds: 10);
        h.Provider.SettleAll();
        h.RunUntilIdle();
        h.Advance(9_900, 50);
        Assert.Equal(["m1"], h.WrittenTexts());
        h.Advance(1_200, 50);
        Assert.Equal(["m1", "m0"], h.WrittenTexts());
        Assert.Equal(MessageStatus.Sent, h.Last(message));
        h.Provider.Receive(message.Id); // too late: it is on its way
        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.Equal((MessageStatus.Delivered, MessageStatus.Sent), (h.Last(message), h.Last(fallback)));
        h.AssertAllEnded();
        AssertDone(h);
    }

    [Fact]
    public void A_message_that_has_not_left_after_those_seconds_leaves_no_more()
    {
        using EngineHarness h = Two();
        h.Provider.Window = 0;
        (Posted message, Posted fallback) = Send(h, afterSeconds: 10);
        h.Advance(12_500, 50);
        Assert.Equal(MessageStatus.Expired, h.Last(message));
        h.Provider.Window = 10;
        h.Advance(1_200, 50);
        Assert.Equal(["m0"], h.WrittenTexts());
        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.Equal(MessageStatus.Sent, h.Last(fallback));
        h.AssertAllEnded();
    }

    [Fact]
    public void Without_seconds_a_message_that_nothing_is_heard_of_keeps_it_dormant_until_both_times_are_over()
    {
        using EngineHarness h = Two();
        (Posted message, Posted fallback) = Send(h, validitySeconds: 30);
        h.Provider.SettleAll();
        h.RunUntilIdle();
        h.Advance(33_000, 50);
        Assert.Equal((MessageStatus.Sent, MessageStatus.Expired), (h.Last(message), h.Last(fallback)));
        Assert.Equal(["m1"], h.WrittenTexts());
        h.Provider.Receive(message.Id, MessageStatus.Undelivered, Reason.Undeliverable); // after its time
        h.RunUntilIdle();
        Assert.Equal(["m1"], h.WrittenTexts());
        h.AssertAllEnded();
        AssertDone(h);
    }

    [Fact]
    public void One_whose_message_was_never_kept_expires()
    {
        using EngineHarness h = Two();
        Posted fallback = h.Post(9, 40, isDormant: true, validitySeconds: 20);
        h.Advance(21_500, 50);
        Assert.Equal([MessageStatus.Accepted, MessageStatus.Expired], h.Statuses(fallback));
        Assert.Empty(h.Provider.Departures);
        h.AssertAllEnded();
    }

    [Fact]
    public void A_cancelled_message_takes_it_along_and_a_fallback_can_be_cancelled_itself()
    {
        using EngineHarness h = Two();
        h.Provider.Window = 0;
        (Posted message, Posted fallback) = Send(h);
        h.Cancel(message.Id);
        h.RunUntilIdle();
        Assert.Equal((MessageStatus.Cancelled, MessageStatus.Cancelled), (h.Last(message), h.Last(fallback)));
        (message, fallback) = Send(h);
        Task<CancelOutcome> cancel = h.Cancel(fallback.Id);
        h.RunUntilIdle();
        Assert.Equal((CancelOutcome.Cancelled, MessageStatus.Accepted), (cancel.Result, h.Last(message)));
        h.Provider.Window = 10;
        h.Advance(1_200);
        h.Provider.SettleAll(OutcomeKind.Refused);
        h.RunUntilIdle();
        Assert.Equal(["m3"], h.WrittenTexts()); // it has ended: nothing goes
        h.AssertAllEnded();
        AssertDone(h);
    }

    [Fact]
    public void A_scheduled_message_that_fails_before_its_time_leaves_its_fallback_scheduled()
    {
        using EngineHarness h = Two();
        long at = h.NowMs + 30_500;
        Posted fallback = h.Post(9, 40, isDormant: true, notBeforeMs: at);
        h.Queue(1, 5, region: "mars", fallback: fallback.Id, notBeforeMs: at);
        h.RunUntilIdle();
        h.Advance(30_000, 50);
        Assert.Empty(h.Provider.Departures);
        h.Advance(2_000, 50);
        Assert.InRange(Some.NowMs + (long)TimeSpan.FromTicks(h.Provider.Written.Single().WrittenAt - h.StartedAt).TotalMilliseconds, at, at + 1_100);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void After_a_restart_what_was_decided_is_done(bool bothAnew)
    {
        using EngineHarness before = Two();
        (Posted message, Posted fallback) = Send(before);
        before.Engine.DisownAsync(40).AsTask();
        before.RunUntilIdle();
        before.Provider.SettleAll(OutcomeKind.Refused);
        before.RunUntilIdle();
        Assert.Equal(MessageStatus.Undelivered, before.Last(message));
        Assert.Equal(MessageStatus.Accepted, before.Last(fallback));
        EngineHarness h = before;
        if (bothAnew)
        {
            h = new EngineHarness(store: before.Journal.Store, time: before.Time);
            h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p")]);
            h.Own(5);
        }

        h.Advance(3_000, 50);
        h.Own(40);
        h.Advance(3_000, 50);
        Assert.Equal("m0", h.WrittenTexts().Last());
        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.Equal(MessageStatus.Sent, h.Last(fallback));
        AssertDone(h);
        Assert.Equal(0, h.Engine.Waiting.Of(1));
        if (bothAnew)
        {
            h.Dispose();
        }
    }

    [Fact]
    public void One_whose_message_was_kept_before_is_withdrawn_and_the_first_ones_stays()
    {
        using EngineHarness h = Two();
        h.Provider.Window = 0;
        Posted first = h.Post(9, 40, isDormant: true);
        Posted message = h.Queue(1, 5, fallback: first.Id, key: 7);
        h.RunUntilIdle();
        Posted second = h.Post(9, 40, isDormant: true);
        Posted repeat = h.Queue(1, 5, fallback: second.Id, key: 7);
        h.RunUntilIdle();
        Posted third = h.Post(9, 40, isDormant: true);
        Posted other = h.Queue(1, 5, fallback: third.Id, key: 7, body: 2);
        h.RunUntilIdle();
        Assert.Equal((message.Id, AcceptOutcome.OtherBody), (repeat.Id, other.Outcome));
        Assert.Equal((MessageStatus.Cancelled, MessageStatus.Cancelled, MessageStatus.Accepted), (h.Last(second), h.Last(third), h.Last(first)));
        Assert.Equal(2, h.Engine.Waiting.Of(1));
    }

    // What a stream cannot tell the fate of it hands in again as it is.
    [Fact]
    public void One_whose_message_comes_twice_as_the_same_request_stays()
    {
        using EngineHarness h = Two();
        h.Provider.Window = 0;
        Posted fallback = h.Post(9, 40, isDormant: true);
        Posted message = h.Queue(1, 5, fallback: fallback.Id, key: 7);
        h.RunUntilIdle();
        Posted again = h.Queue(1, 5, fallback: fallback.Id, key: 7);
        h.RunUntilIdle();
        Assert.Equal(message.Id, again.Id);
        Assert.Equal(MessageStatus.Accepted, h.Last(fallback));
    }

    [Fact]
    public void One_leaves_a_place_for_its_message()
    {
        using EngineHarness h = Two();
        Core.Tenants.Tenant small = EngineHarness.TenantWith(new Core.Tenants.TenantLimits { Waiting = 2 });
        h.Provider.Window = 0;
        Posted first = h.Post(1, 5, small);
        Posted fallback = h.Post(9, 40, small, isDormant: true);
        Posted second = h.Post(2, 5, small);
        Assert.Equal((Intake.Queued, Intake.TenantFull, Intake.Queued), (first.Intake, fallback.Intake, second.Intake));
    }

    [Fact]
    public void Those_done_with_do_not_wait_in_memory_until_their_time_is_over()
    {
        using EngineHarness h = Two();
        h.Provider.Window = 1_000;
        List<Posted> messages = [];
        for (int i = 0; i < 500; i++)
        {
            messages.Add(Send(h, i).Message);
        }

        h.Provider.SettleAll();
        h.RunUntilIdle();
        messages.ForEach(m => h.Provider.Receive(m.Id));
        h.RunUntilIdle();
        h.Advance(1_100, 50);
        AssertDone(h);
        Assert.InRange(h.Engine.OwnerOf(5)!.Shard.FallbacksDue, 0, 64);
    }

    // Owners look at fallbacks each second of theirs, and messages know whole seconds of the clock: in each phase of the two.
    [Theory]
    [InlineData(0)]
    [InlineData(250)]
    [InlineData(500)]
    [InlineData(750)]
    public void A_message_that_comes_back_unsent_once_its_fallback_is_woken_leaves_no_more(int afterMs)
    {
        using EngineHarness h = Two();
        h.Advance(afterMs);
        (Posted message, Posted fallback) = Send(h, afterSeconds: 10);
        h.Advance(9_500, 50);
        while (h.Engine.OwnerOf(40)!.Shard.Peek(1, fallback.Id).Status == MessageStatus.Scheduled)
        {
            h.Advance(10);
        }

        Assert.Equal(["m1", "m0"], h.WrittenTexts());
        h.Provider.Settle(message.Id, OutcomeKind.Throttled);
        h.Advance(2_500);
        Assert.Equal(["m1", "m0"], h.WrittenTexts());
        Assert.Equal(MessageStatus.Expired, h.Last(message));
    }

    [Fact]
    public void A_wake_that_is_asked_twice_is_one()
    {
        using EngineHarness h = Two();
        Posted fallback = h.Post(9, 40, isDormant: true);
        List<bool> answers = [];
        for (int i = 0; i < 2; i++)
        {
            h.Engine.Post(40, new UrgentCommand { Kind = CommandKind.Fallback, Target = new FallbackTask(1, fallback.Id, wakes: true, answers.Add) });
            h.Run();
        }

        Assert.Empty(answers); // not kept yet
        h.RunUntilIdle();
        h.Engine.Post(40, new UrgentCommand { Kind = CommandKind.Fallback, Target = new FallbackTask(1, fallback.Id, wakes: true, answers.Add) });
        h.Engine.Post(40, new UrgentCommand { Kind = CommandKind.Fallback, Target = new FallbackTask(1, fallback.Id, wakes: false, answers.Add) });
        h.Engine.Post(40, new UrgentCommand { Kind = CommandKind.Fallback, Target = new FallbackTask(2, fallback.Id, wakes: false, answers.Add) });
        h.RunUntilIdle();
        Assert.Equal([true, true, true, true, true], answers);
        Assert.Equal(["m0"], h.WrittenTexts());
    }

    [Fact]
    public void Many_that_fail_at_once_are_settled_in_turns()
    {
        const int Count = 300;
        using EngineHarness h = Two();
        for (int i = 0; i < Count; i++)
        {
            Posted fallback = h.Queue(1_000 + i, 40, isDormant: true);
            h.RunUntilIdle();
            h.Queue(i, 5, region: "mars", fallback: fallback.Id);
        }

        h.Provider.Window = 1_000;
        h.RunUntilIdle();
        h.Advance(3_000, 50);
        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.Equal(Count, h.Provider.Written.Count);
        h.AssertAllEnded();
        AssertDone(h);
    }

    // Simulation seed 117098: answered "it has ended", the message's shard wrote that it is done with, and the fallback never went.
    [Fact]
    public async Task An_owner_that_lost_its_shard_does_not_say_that_a_younger_owners_fallback_has_ended()
    {
        var store = new MemoryStore();
        var sealer = new PlainSealer();
        using EngineHarness old = new EngineHarness(exclusive: false, store: store) { Sealer = sealer }.Simple(40);
        Posted before = old.Post(8, 40, isDormant: true, validitySeconds: 1);
        old.Advance(3_000, 50);
        using EngineHarness h = new EngineHarness(exclusive: false, store: store, time: old.Time) { Sealer = sealer }.Simple(40);
        Posted fallback = h.Post(9, 40, isDormant: true);
        Assert.Equal(AcceptOutcome.Accepted, fallback.Outcome);
        Assert.True(await Ask(before)); // that one it knows to have ended
        Assert.False(await Ask(fallback));

        async Task<bool> Ask(Posted posted)
        {
            Task<bool> answer = old.Engine.SettleFallbackAsync(1, posted.Id, wakes: true, TestContext.Current.CancellationToken).AsTask();
            old.Run();
            return await answer.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
    }

    private static EngineHarness Two() => new EngineHarness(options: new EngineOptions { EntryBatchMax = 64 }).Simple(5, 40);

    private static (Posted Message, Posted Fallback) Send(EngineHarness h, int contact = 1, int afterSeconds = 0, int validitySeconds = 3_600)
    {
        Posted fallback = h.Post(8 + contact, 40, isDormant: true, validitySeconds: validitySeconds);
        Posted message = h.Queue(contact, 5, validitySeconds: validitySeconds, fallback: fallback.Id, afterSeconds: afterSeconds);
        h.RunUntilIdle();
        return (message, fallback);
    }

    // Storage holds nothing open of them.
    private static void AssertDone(EngineHarness h) => Assert.All(
        h.Journal.TakeAsync([5, 40], CancellationToken.None).AsTask().GetAwaiter().GetResult(), static t => Assert.Empty(t.Unfinished));
}
