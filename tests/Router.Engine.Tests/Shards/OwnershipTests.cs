using Router.Core.Messages;
using Router.Engine.Dispatch;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Shards;

/// <summary>How an ownership ends and begins: drain, a second epoch, commands before recovery is through.</summary>
public sealed class OwnershipTests
{
    [Fact]
    public async Task Stopping_while_a_part_is_under_way_does_not_spin()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Queue();
        h.Run();
        Task disown = h.Engine.DisownAsync(5).AsTask();
        Task<LiveMessage> peek = h.Engine.PeekAsync(1, Some.Id(5), CancellationToken.None).AsTask();
        await Task.Run(h.Run, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        h.RunUntilIdle();
        await disown.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await peek.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.False(h.Engine.Owns(5));
        Assert.Equal(0, h.Engine.Waiting.Of(1));
    }

    [Fact]
    public async Task Stopping_while_a_refused_part_holds_back_the_next_does_not_spin()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted[] posted = [h.Post(1), h.Post(2)];
        h.Provider.Settle(posted[0].Id);
        h.Journal.NextOutcome(PartOutcome.Refused);
        h.Run();
        h.Journal.Commit();
        h.Queue(3); // does not wait for the hold to end
        h.Run();
        h.Provider.Settle(posted[1].Id);
        h.Journal.Commit();
        h.Run(); // that was kept; the second outcome waits for the hold to end
        Task disown = h.Engine.DisownAsync(5).AsTask();
        await Task.Run(h.Run, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        h.RunUntilIdle();
        await disown.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.All(posted, p => Assert.Equal(MessageStatus.Sent, h.Last(p)));
    }

    [Fact]
    public void An_owner_that_is_stopped_first_keeps_the_outcomes_it_was_told()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted[] posted = [h.Post(1), h.Post(2)];
        h.Provider.Settle(posted[0].Id);
        h.Run(); // a part with the first outcome is under way
        h.Provider.Settle(posted[1].Id);
        Task disown = h.Engine.DisownAsync(5).AsTask();
        h.RunUntilIdle();
        Assert.False(h.Engine.Owns(5));
        Assert.All(posted, p => Assert.Equal(MessageStatus.Sent, h.Last(p)));
        Assert.Empty(h.Lost);
        Assert.False(disown.IsFaulted);
    }

    [Fact]
    public void What_a_stopped_owner_can_not_write_is_taken_up_by_the_next()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted posted = h.Post(1);
        h.Journal.NextOutcome(PartOutcome.Refused);
        h.Provider.SettleAll();
        _ = h.Engine.DisownAsync(5).AsTask();
        h.RunUntilIdle();
        Assert.False(h.Engine.Owns(5));
        h.Own(5);
        h.RunUntilIdle();
        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.Equal(MessageStatus.Sent, h.Last(posted));
        h.AssertAllEnded();
    }

    [Fact]
    public void Who_is_being_prepared_as_an_owner_fails_is_told()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Post(1);
        h.Sealer.Destroy(h.Sealer.SlotCount); // sealing under it throws
        Posted posted = h.Queue(1);
        h.RunUntilIdle();
        Assert.Equal(AcceptOutcome.Unavailable, posted.Outcome);
        Assert.Equal([5], h.Lost);
        Assert.Equal(0, h.Engine.Waiting.Of(1));
    }

    [Fact]
    public void A_younger_epoch_in_the_same_silo_takes_over_and_is_not_called_lost()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted first = h.Post(1);
        Posted second = h.Queue(2);
        h.Run(); // under way under the first epoch
        h.Own(5);
        h.RunUntilIdle();
        Assert.Empty(h.Lost);
        Assert.True(h.Engine.Owns(5));
        Assert.Equal(2, h.Engine.StateOf(5)!.Value.Epoch);
        Assert.Equal(AcceptOutcome.Unavailable, second.Outcome);
        h.Provider.SettleAll();
        h.RunUntilIdle();
        h.Advance(300);
        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.Equal(MessageStatus.Sent, h.Last(first));
        Assert.Equal(0, h.Engine.Waiting.Of(1));
    }

    [Fact]
    public void An_ask_for_a_lane_that_is_gone_takes_nothing_from_the_one_in_its_place()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Provider.GoDown();
        h.Post();
        var stale = new LaneKey(1, 99, 0, Channel.Sms, Purpose.Otp, Priority.High);
        var ask = new ReleaseAsk { Shard = 5, ShardLane = 0, Lane = new DispatchLane(stale) { Asks = 1 }, MessagesMax = 10, SegmentsMax = 10, ReleaseEnd = long.MaxValue };
        Assert.True(h.Engine.Post(5, new UrgentCommand { Kind = CommandKind.Ask, Target = ask }));
        h.Run();
        Assert.Empty(h.Provider.Departures);
    }

    [Fact]
    public void A_cancel_before_the_message_is_taken_up_again_waits_for_it()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted posted = h.Post();
        h.Provider.GoDown();
        h.RunUntilIdle();
        _ = h.Engine.DisownAsync(5).AsTask();
        h.RunUntilIdle();
        h.Journal.ReadsContactsAtOnce = false;
        h.Own(5);
        Task<CancelOutcome> cancel = h.Cancel(posted.Id);
        h.Run();
        Assert.False(cancel.IsCompleted);
        h.RunUntilIdle();
        h.Advance(300);
        Assert.True(cancel.IsCompletedSuccessfully);
        Assert.Equal(CancelOutcome.Cancelled, cancel.Result);
        Assert.Equal(MessageStatus.Cancelled, h.Last(posted));
    }

    // Guards against answering "not found" where what was under way takes longer to be read than an earlier owner's releases last.
    [Fact]
    public void A_cancel_long_after_the_epoch_began_still_waits_for_its_message_to_be_taken_up()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Provider.GoDown();
        Posted posted = h.Post();
        _ = h.Engine.DisownAsync(5).AsTask();
        h.RunUntilIdle();
        h.Journal.ReadsContactsAtOnce = false;
        h.Own(5);
        h.AdvanceWithoutCommits(1_000, 50);
        Task<CancelOutcome> cancel = h.Cancel(posted.Id);
        h.AdvanceWithoutCommits(1_000, 50);
        Assert.False(cancel.IsCompleted);
        h.Advance(100, 50);
        Assert.True(cancel.IsCompletedSuccessfully);
        Assert.Equal(CancelOutcome.Cancelled, cancel.Result);
        Assert.Equal(MessageStatus.Cancelled, h.Last(posted));
    }

    [Fact]
    public void Nothing_is_released_before_the_first_release_of_a_new_epoch_when_others_may_write()
    {
        using EngineHarness h = new EngineHarness(exclusive: false).Simple();
        h.Post();
        h.Advance(1_240, each: () => Renew(h));
        Assert.Empty(h.Provider.Departures);
        h.Advance(400, each: () => Renew(h));
        Assert.Single(h.Provider.Written);
    }

    [Fact]
    public void Nothing_is_released_when_the_lease_ran_out_and_again_after_a_renewal()
    {
        using EngineHarness h = new EngineHarness(exclusive: false).Simple();
        h.Advance(2_000, each: () => Renew(h));
        Posted first = h.Post();
        Assert.Single(h.Provider.Written);
        h.Provider.SettleAll();
        h.RunUntilIdle();
        h.Provider.Window = 0;
        h.Post(2);
        h.Advance(1_100); // no renewal, no write
        h.Provider.Window = 10;
        h.Advance(2_000);
        Assert.Single(h.Provider.Written);
        Renew(h);
        h.Advance(60);
        Assert.Equal(2, h.Provider.Written.Count);
        Assert.Equal(MessageStatus.Sent, h.Last(first));
    }

    [Fact]
    public void In_a_new_epoch_a_cancel_and_a_stop_are_certain_only_when_an_older_owner_can_send_no_more()
    {
        var store = new MemoryStore();
        var sealer = new PlainSealer();
        using EngineHarness old = new EngineHarness(exclusive: false, store: store) { Sealer = sealer }.Simple();
        old.Advance(1_500, each: () => Renew(old));
        old.Provider.Window = 0;
        Posted posted = old.Post();
        old.Advance(100);

        using EngineHarness h = new EngineHarness(exclusive: false, store: store, time: old.Time) { Sealer = sealer }.Simple();
        Task<CancelOutcome> cancel = h.Cancel(posted.Id);
        Task<Core.Consent.ContactFlags?> flags = h.SetFlags(static f => f.WithBlocked(true));
        h.RunUntilIdle();
        old.Provider.Window = 10;
        old.Engine.Dispatcher.Poke();
        old.Advance(300); // its lease still holds: it sends
        Assert.Single(old.Provider.Written);
        h.Advance(900);
        Assert.False(cancel.IsCompleted);
        Assert.False(flags.IsCompleted);
        h.Advance(200);
        Assert.True(cancel.IsCompleted);
        Assert.True(flags.IsCompleted);
    }

    [Fact]
    public void An_outcome_of_an_older_epoch_does_not_end_the_release_that_is_open()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted posted = h.Post(); // written under the first epoch, without an outcome
        h.Provider.WritesAtOnce = false;
        h.Own(5);
        h.Advance(300);
        h.Provider.Write(); // what the second epoch released first has lapsed; it is released again
        h.RunUntilIdle();
        Assert.Equal(3, h.Provider.Departures.Count);
        h.Provider.Settle(posted.Id, Providers.OutcomeKind.Throttled); // of the first epoch's
        h.RunUntilIdle();
        Task<CancelOutcome> cancel = h.Cancel(posted.Id);
        h.RunUntilIdle();
        Assert.False(cancel.IsCompleted);
        h.Provider.Write();
        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.True(cancel.IsCompletedSuccessfully);
        Assert.Equal(CancelOutcome.AlreadyLeft, cancel.Result);
        Assert.Equal(MessageStatus.Sent, h.Last(posted));
    }

    [Fact]
    public void An_owner_waits_for_the_part_of_the_one_before_it()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Queue(1);
        h.Run(); // under way
        h.Own(5);
        h.Queue(2);
        h.AdvanceWithoutCommits(500);
        Assert.Equal(1, h.Journal.QueuedCount);
        h.RunUntilIdle();
        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.Equal(2, h.Engine.StateOf(5)!.Value.Epoch);
        Assert.Equal("m1", Assert.Single(h.WrittenTexts()));
        Assert.DoesNotContain(h.Logs.Lines, static l => l.Contains("gives up", StringComparison.Ordinal));
    }

    private static void Renew(EngineHarness h)
    {
        foreach (ShardState state in h.Engine.States())
        {
            h.Engine.Renewed(state.Shard, state.Epoch, h.Time.GetTimestamp());
        }
    }
}
