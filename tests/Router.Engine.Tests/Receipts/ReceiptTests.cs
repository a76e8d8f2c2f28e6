using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Receipts;

/// <summary>Receipts early, late, double, unmatched, of segments, over restarts.</summary>
public sealed class ReceiptTests
{
    private static readonly int[] All = [.. Enumerable.Range(0, 64)];

    [Fact]
    public void A_receipt_is_acknowledged_only_once_it_is_kept()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted posted = h.Post();
        h.Provider.SettleAll();
        h.RunUntilIdle();
        h.Provider.Receive(h.Provider.Written[0]);
        h.Run();
        Assert.Equal(0, h.Provider.AcknowledgedCount);
        h.Provider.Receive(h.Provider.Written[0]); // again, before the first is kept
        h.Run();
        Assert.Equal(0, h.Provider.AcknowledgedCount);
        h.RunUntilIdle();
        h.Advance(2_000);
        Assert.Equal(2, h.Provider.AcknowledgedCount);
        Assert.Equal([MessageStatus.Accepted, MessageStatus.Sent, MessageStatus.Delivered], h.Statuses(posted));
    }

    // Guards against a storage fault that left the carrier without an answer for good: its window of receipts never opened again.
    [Fact]
    public void A_receipt_whose_look_up_fails_is_answered_not_kept_and_counts_when_it_comes_again()
    {
        using EngineHarness h = new EngineHarness().Simple(All);
        Posted posted = h.Post();
        h.Journal.FailLookUps();
        h.Provider.Receive(h.Provider.Written[0]);
        h.Run();
        Assert.Equal(0, h.Provider.AcknowledgedCount);
        Assert.Contains(h.Logs.Lines, static l => l.Contains("asked to fail", StringComparison.Ordinal));
        h.Provider.SettleAll();
        h.RunUntilIdle();
        h.Advance(2_000); // the carrier sends it again
        Assert.Equal(1, h.Provider.AcknowledgedCount);
        Assert.Equal([MessageStatus.Accepted, MessageStatus.Sent, MessageStatus.Delivered], h.Statuses(posted));
    }

    [Theory]
    [InlineData(-2_000, MessageStatus.Delivered)]
    [InlineData(2_000, MessageStatus.Sent)]
    public void Sent_is_final_72_hours_after_the_end_of_validity(int afterMs, MessageStatus last)
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted posted = h.Post(validitySeconds: 60);
        h.Provider.SettleAll();
        h.RunUntilIdle();
        h.Time.Advance(60_000 + (72 * 3_600_000) + afterMs);
        h.RunUntilIdle();
        h.Provider.Receive(h.Provider.Written[0]);
        h.RunUntilIdle();
        Assert.Equal(1, h.Provider.AcknowledgedCount);
        Assert.Equal(last, h.Last(posted));
    }

    [Fact]
    public void A_receipt_before_its_outcome_is_kept_and_matched_later()
    {
        using EngineHarness h = new EngineHarness().Simple(All);
        Posted posted = h.Post();
        h.Provider.Receive(h.Provider.Written[0]);
        h.Run();
        Assert.Equal(0, h.Provider.AcknowledgedCount);
        h.RunUntilIdle();
        Assert.Equal(1, h.Provider.AcknowledgedCount);
        Assert.Equal(1, h.Engine.Receipts.UnmatchedCount);
        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.Equal([MessageStatus.Accepted, MessageStatus.Sent, MessageStatus.Delivered], h.Statuses(posted));
        Assert.Equal(0, h.Engine.Receipts.UnmatchedCount);
        Assert.Empty(h.Journal.TakeAsync(All, CancellationToken.None).AsTask().Result.SelectMany(static t => t.Unmatched));
    }

    [Fact]
    public void A_receipt_kept_unmatched_finds_its_message_after_a_restart_in_whatever_order_shards_are_taken()
    {
        var store = new MemoryStore();
        var sealer = new PlainSealer();
        int[] all = [.. Enumerable.Range(0, 64)];
        using EngineHarness old = new EngineHarness(store: store) { Sealer = sealer }.Simple(all);
        var posted = new List<Posted>();
        for (int i = 0; i < 40; i++)
        {
            posted.Add(old.Queue(i, shard: i));
        }

        old.RunUntilIdle();
        foreach (ScriptedDeparture departure in old.Provider.Written)
        {
            old.Provider.Receive(departure);
        }

        old.RunUntilIdle();
        old.Provider.SettleAll();
        old.Run();
        old.Journal.Commit(); // sent is kept, the receipts are not taken up yet
        old.Journal.Crash();

        using EngineHarness h = new EngineHarness(store: store) { Sealer = sealer };
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p")]);
        Random.Shared.Shuffle(all);
        h.Own(all);
        h.RunUntilIdle();
        h.Advance(2_000);
        Assert.All(store.Snapshot(), static m => Assert.Equal(MessageStatus.Delivered, m.Status));
        Assert.Equal(0, h.Engine.Receipts.UnmatchedCount);
    }

    [Fact]
    public void A_receipt_that_no_message_wants_is_forgotten_after_72_hours()
    {
        using EngineHarness h = new EngineHarness().Simple(All);
        h.Provider.Receive(new Receipt { Provider = 1, ReceiptKey = 77UL << 32 | 5, Status = MessageStatus.Delivered });
        h.RunUntilIdle();
        Assert.Equal(1, h.Engine.Receipts.UnmatchedCount);
        h.Time.Shift = TimeSpan.FromHours(71);
        h.Advance(61_000, 1_000);
        Assert.Equal(1, h.Engine.Receipts.UnmatchedCount);
        AssertForgottenAfter73Hours(h);
    }

    // Each closes what it was kept as; the first, in whose place the second is held, was closed by nobody.
    [Fact]
    public void Of_two_receipts_that_no_message_wants_the_later_one_is_held_and_none_stays()
    {
        using EngineHarness h = new EngineHarness().Simple(All);
        foreach (MessageStatus status in (MessageStatus[])[MessageStatus.Delivered, MessageStatus.Read])
        {
            h.Provider.Receive(new Receipt { Provider = 1, ReceiptKey = 77UL << 32 | 5, Status = status });
            h.RunUntilIdle();
        }

        Assert.Equal(MessageStatus.Read, h.Journal.TakeAsync(All, CancellationToken.None).AsTask().Result.SelectMany(static t => t.Unmatched).Single().Status);
        h.Own(All);
        h.RunUntilIdle();
        AssertForgottenAfter73Hours(h);
    }

    // Guards against a log that a carrier fills with one receipt: the bound counts keys.
    [Fact]
    public void A_receipt_that_no_message_wants_is_kept_once_however_often_it_comes()
    {
        using EngineHarness h = new EngineHarness().Simple(All);
        for (int i = 0; i < 100; i++)
        {
            int acknowledged = 0;
            MessageStatus status = i == 50 ? MessageStatus.Read : i % 2 == 0 ? MessageStatus.Delivered : MessageStatus.Undelivered;
            h.Engine.Receive(new Receipt { Provider = 1, ReceiptKey = 77UL << 32 | 5, Status = status }, (_, _, kept) => acknowledged += kept ? 1 : 0, null, 0);
            h.RunUntilIdle();
            Assert.Equal(1, acknowledged);
        }

        Assert.Equal(1, h.Engine.Receipts.UnmatchedCount);
        Assert.Equal([MessageStatus.Read], h.Journal.TakeAsync(All, CancellationToken.None).AsTask().Result.SelectMany(static t => t.Unmatched).Select(static u => u.Status));
    }

    // Guards against a receipt that waits for the outcome of another shard's message: its carrier had no answer as long as the ownership lasted.
    [Fact]
    public void A_receipt_whose_id_was_given_to_another_message_meanwhile_goes_to_that_one_s_shard()
    {
        using EngineHarness h = new EngineHarness().Simple(5, 6);
        h.Post();
        h.Provider.SettleAll();
        h.RunUntilIdle();
        Posted second = h.Post(shard: 6);
        h.Provider.Receive(h.Provider.Written[0]);
        ScriptedDeparture other = h.Provider.Written[1];
        h.Engine.Settle([new Outcome { Provider = 1, Message = other.Id, Epoch = other.Epoch, Kind = OutcomeKind.Sent, ReceiptKey = h.Provider.Written[0].ReceiptKey }]);
        h.RunUntilIdle();
        Assert.Equal(1, h.Provider.AcknowledgedCount);
        Assert.Equal(MessageStatus.Delivered, h.Last(second));
    }

    // Guards against the receipt of the second going to the first, which comes back with its shard while the second's outcome is with the journal.
    [Fact]
    public void A_receipt_whose_id_was_given_to_another_message_goes_to_that_one_though_the_first_is_taken_up_meanwhile()
    {
        using EngineHarness h = new EngineHarness().Simple(5, 6);
        Posted first = PostUnder(h, 1, 5);
        h.RunUntilIdle();
        Posted second = PostUnder(h, 2, 6);
        h.Run();
        h.Own(5);
        Assert.Equal((MessageStatus.Sent, MessageStatus.Accepted), (h.Last(first), h.Last(second)));
        h.Provider.Receive(new Receipt { Provider = 1, ReceiptKey = 7, Status = MessageStatus.Delivered });
        h.RunUntilIdle();
        Assert.Equal((MessageStatus.Sent, MessageStatus.Delivered), (h.Last(first), h.Last(second)));
        Assert.Equal(1, h.Provider.AcknowledgedCount);
        Assert.Equal(0, h.Engine.Receipts.UnmatchedCount);

        static Posted PostUnder(EngineHarness h, int contact, int shard)
        {
            Posted posted = h.Post(contact, shard);
            ScriptedDeparture left = h.Provider.Written[^1];
            h.Engine.Settle([new Outcome { Provider = 1, Message = left.Id, Epoch = left.Epoch, Kind = OutcomeKind.Sent, ReceiptKey = 7 }]);
            return posted;
        }
    }

    [Fact]
    public void Only_the_segments_without_an_outcome_are_sent_again_also_after_a_restart()
    {
        var store = new MemoryStore();
        var sealer = new PlainSealer();
        using EngineHarness old = new EngineHarness(store: store) { Sealer = sealer }.Simple();
        Posted posted = old.Post(segments: 4);
        old.Provider.Settle(posted.Id, segment: 0);
        old.Provider.Settle(posted.Id, segment: 2);
        old.RunUntilIdle();
        old.Provider.Settle(posted.Id, OutcomeKind.Failed, segment: 1);
        old.Provider.Settle(posted.Id, OutcomeKind.Throttled, segment: 3);
        old.RunUntilIdle();
        old.Advance(1_500);
        Assert.Equal([0, 1, 2, 3, 1, 3], old.Provider.Written.Select(static d => (int)d.Segment));
        old.Journal.Crash();

        using EngineHarness h = new EngineHarness(store: store) { Sealer = sealer }.Simple();
        h.RunUntilIdle();
        Assert.Equal([1, 3], h.Provider.Written.Select(static d => (int)d.Segment));
        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.Equal(MessageStatus.Sent, store.Snapshot().Single().Status);
    }

    [Fact]
    public void A_message_is_delivered_once_all_its_segments_are()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted posted = h.Post(segments: 3);
        h.Provider.SettleAll();
        h.RunUntilIdle();
        h.Provider.Receive(h.Provider.Written[2]);
        h.Provider.Receive(h.Provider.Written[0]);
        h.Provider.Receive(h.Provider.Written[0]);
        h.RunUntilIdle();
        Assert.Equal(MessageStatus.Sent, h.Last(posted));
        h.Provider.Receive(h.Provider.Written[1]);
        h.RunUntilIdle();
        h.Advance(1_500);
        Assert.Equal([MessageStatus.Accepted, MessageStatus.Sent, MessageStatus.Delivered], h.Statuses(posted));
        h.AssertAllEnded();
    }

    [Theory]
    [InlineData(MessageStatus.Delivered, Reason.None)]
    [InlineData(MessageStatus.Undelivered, Reason.Undeliverable)]
    public void A_message_sent_in_one_piece_has_one_receipt(MessageStatus status, Reason reason)
    {
        using EngineHarness h = new EngineHarness(prepare: static p => p.HasWholeReceipts = true).Simple();
        Posted posted = h.Post(segments: 3);
        h.Provider.SettleAll();
        h.RunUntilIdle();
        h.Provider.Receive(h.Provider.Written[0], status, reason);
        h.RunUntilIdle();
        Assert.Equal([MessageStatus.Accepted, MessageStatus.Sent, status], h.Statuses(posted));
        h.Provider.Receive(h.Provider.Written[0], status, reason); // again
        h.RunUntilIdle();
        h.Advance(1_500);
        Assert.Equal(3, h.Statuses(posted).Length);
        h.AssertAllEnded();
    }

    // Guards against a message that stays sent for ever, or is called delivered by a part of it, because its account was set otherwise while it was under way.
    [Theory]
    [InlineData(true, false, MessageStatus.Delivered)]
    [InlineData(true, true, MessageStatus.Delivered)]
    [InlineData(false, false, MessageStatus.Sent)]
    [InlineData(false, true, MessageStatus.Sent)]
    public void What_a_receipt_tells_of_is_as_its_message_left_whatever_the_account_s_settings_are_now(bool whole, bool restarts, MessageStatus status)
    {
        var store = new MemoryStore();
        var sealer = new PlainSealer();
        using EngineHarness old = new EngineHarness(store: store, prepare: p => p.HasWholeReceipts = whole) { Sealer = sealer }.Simple();
        old.Post(segments: 3);
        old.Provider.SettleAll();
        old.RunUntilIdle();
        ScriptedDeparture first = old.Provider.Written[0];
        old.Provider.HasWholeReceipts = !whole;
        EngineHarness h = old;
        if (restarts)
        {
            old.Journal.Crash();
            h = new EngineHarness(store: store, prepare: p => p.HasWholeReceipts = !whole) { Sealer = sealer }.Simple();
        }

        h.Provider.Receive(first);
        h.RunUntilIdle();
        Assert.Equal(status, store.Snapshot().Single().Status);
        h.Dispose();
    }

    [Fact]
    public void A_message_one_of_whose_segments_is_undelivered_ends_so_while_others_still_wait()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted posted = h.Post(segments: 2);
        h.Provider.Settle(posted.Id, segment: 0);
        h.RunUntilIdle();
        h.Provider.Settle(posted.Id, OutcomeKind.Failed, segment: 1);
        h.RunUntilIdle();
        h.Provider.Receive(h.Provider.Written[0], MessageStatus.Undelivered, Reason.Undeliverable);
        h.RunUntilIdle();
        h.Advance(5_000, 50, () =>
        {
            h.Provider.SettleAll();
            h.RunUntilIdle();
        });
        Assert.Equal(MessageStatus.Undelivered, h.Last(posted));
        Assert.DoesNotContain(MessageStatus.Sent, h.Statuses(posted).SkipWhile(static s => s != MessageStatus.Undelivered));
        h.AssertAllEnded();
    }

    [Fact]
    public void A_receipt_while_an_end_is_on_its_way_waits_for_it()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted posted = h.Post(segments: 2);
        h.Provider.Settle(posted.Id, segment: 0);
        h.RunUntilIdle();
        h.Provider.Settle(posted.Id, OutcomeKind.Refused, segment: 1);
        h.Run();
        h.Provider.Receive(h.Provider.Written[0], MessageStatus.Undelivered, Reason.Undeliverable);
        h.RunUntilIdle();
        Assert.Equal([MessageStatus.Accepted, MessageStatus.Undelivered], h.Statuses(posted));
        Assert.Equal(1, h.Provider.AcknowledgedCount);
    }

    [Fact]
    public void A_receipt_while_its_shard_is_taken_up_waits_for_its_message()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted posted = h.Post(segments: 2);
        h.Provider.Settle(posted.Id, segment: 0);
        h.RunUntilIdle();
        h.Journal.ReadsContactsAtOnce = false;
        h.Own(5); // the contacts are not read yet
        h.Provider.Receive(h.Provider.Written[0], MessageStatus.Undelivered, Reason.Undeliverable);
        h.RunUntilIdle();
        h.Advance(1_000, 50, () =>
        {
            h.Provider.SettleAll();
            h.RunUntilIdle();
        });
        Assert.Equal([MessageStatus.Accepted, MessageStatus.Undelivered], h.Statuses(posted));
    }

    [Fact]
    public void A_receipt_in_a_lost_commit_is_asked_for_again_and_is_not_called_said_before()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted posted = h.Post();
        h.Provider.SettleAll();
        h.RunUntilIdle();
        h.Journal.NextOutcome(PartOutcome.Unknown, stored: false);
        h.Provider.Receive(h.Provider.Written[0]);
        h.RunUntilIdle();
        Assert.Equal((0, 1), (h.Provider.AcknowledgedCount, h.Provider.RefusedReceiptCount));
        h.Own(5);
        h.Advance(2_000);
        Assert.Equal(MessageStatus.Delivered, h.Last(posted));
        Assert.Equal(1, h.Provider.AcknowledgedCount);
    }

    [Fact]
    public void A_limit_below_the_segments_of_a_message_sends_it_in_parts()
    {
        using var h = new EngineHarness();
        h.Configure([EngineHarness.TenantWith(new Core.Tenants.TenantLimits { PerRecipient = new Core.Tenants.RecipientLimit(1, 3_600) })], [EngineHarness.Account(1, "p", perSecond: 2)]);
        h.Own(5);
        h.Advance(1_500);
        Posted posted = h.Post(segments: 5, tenant: h.Engine.Configuration.Tenants[0]);
        h.Advance(5_000, 10, () =>
        {
            h.Provider.SettleAll();
            h.RunUntilIdle();
        });
        Assert.Equal([0, 1, 2, 3, 4], h.Provider.Written.Select(static d => (int)d.Segment));
        Assert.Equal(MessageStatus.Sent, h.Last(posted));
        h.AssertAllEnded();
    }

    [Fact]
    public void A_receipt_in_a_refused_commit_is_asked_for_again_and_then_kept()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted posted = h.Post();
        h.Provider.SettleAll();
        h.RunUntilIdle();
        h.Journal.NextOutcome(PartOutcome.Refused);
        h.Provider.Receive(h.Provider.Written[0]);
        h.RunUntilIdle();
        Assert.Equal(1, h.Provider.RefusedReceiptCount);
        h.Advance(2_000);
        Assert.Equal(1, h.Provider.AcknowledgedCount);
        Assert.Equal(MessageStatus.Delivered, h.Last(posted));
    }

    private static void AssertForgottenAfter73Hours(EngineHarness h)
    {
        h.Time.Shift = TimeSpan.FromHours(73);
        h.Advance(61_000, 1_000);
        Assert.Equal(0, h.Engine.Receipts.UnmatchedCount);
        Assert.Empty(h.Journal.TakeAsync(All, CancellationToken.None).AsTask().Result.SelectMany(static t => t.Unmatched));
    }
}
