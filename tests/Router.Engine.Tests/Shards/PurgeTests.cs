using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Shards;

/// <summary>What waits is looked at and cancelled in slices; a purge is answered once all of it is kept.</summary>
public sealed class PurgeTests
{
    private static readonly Tenant Other = EngineHarness.TenantWith(new TenantLimits(), 2);

    [Fact]
    public void Only_what_matches_is_cancelled_and_counted_once_kept()
    {
        using EngineHarness h = Held();
        Posted[] mine = [.. Enumerable.Range(0, 10).Select(i => h.Post(i, purpose: i % 2 == 0 ? Purpose.Service : Purpose.Otp))];
        Posted scheduled = h.Post(20, notBeforeMs: h.NowMs + 60_000);
        Posted others = h.Post(1, tenant: Other);
        Task<QueueTask?> purge = Purge(h, new PurgeFilter(1, null, Purpose.Service));
        h.Run();
        Assert.False(purge.IsCompleted); // not kept yet
        h.RunUntilIdle();
        Assert.Equal(6, purge.Result?.Cancelled);
        Assert.All(mine, p => Assert.Equal(p.Request.Purpose == Purpose.Service ? MessageStatus.Cancelled : MessageStatus.Accepted, h.Last(p)));
        Assert.Equal(MessageStatus.Cancelled, h.Last(scheduled));
        Assert.Equal(MessageStatus.Accepted, h.Last(others));
        Assert.Equal(0, Answer(h, new PurgeFilter(null, 2, null)));
        Assert.Equal(6, Answer(h, new PurgeFilter(null, 1, null)));
        h.AssertAllEnded();
    }

    // A tenant ends by the word that nothing of it waits.
    [Fact]
    public void An_owner_that_lost_its_shard_does_not_say_that_nothing_waits()
    {
        var store = new MemoryStore();
        var sealer = new PlainSealer();
        using EngineHarness old = new EngineHarness(exclusive: false, store: store) { Sealer = sealer }.Simple();
        old.Advance(2_000, 50);
        using EngineHarness h = new EngineHarness(exclusive: false, store: store, time: old.Time) { Sealer = sealer }.Simple();
        h.Post(1);
        h.Advance(2_000, 50);
        Task<QueueTask?> lost = Ask(old, new QueueTask(default, cancels: false));
        Task<QueueTask?> own = Ask(h, new QueueTask(default, cancels: false));
        h.RunUntilIdle();
        Assert.False(own.IsCompleted); // it can't know either, before a renewal
        h.Time.Advance(50);
        h.Engine.Renewed(5, h.Engine.StateOf(5)!.Value.Epoch, h.Time.GetTimestamp());
        h.Advance(100, 50);
        Assert.True(own.IsCompleted);
        QueueState state = Assert.Single(QueueState.Sum(own.Result!.Counts.Values));
        Assert.Equal(1, state.Ready + state.Deferred + state.UnderWay);
        Assert.False(lost.IsCompleted);
        old.AdvanceWithoutCommits(6_000, 50);
        Assert.True(lost.IsCompleted);
        Assert.Null(lost.Result);
    }

    // Simulation seed 107: with the ownership lost before that end was kept, the message waited again, and the purge had been answered.
    [Fact]
    public void A_purge_waits_for_ends_that_are_not_kept_yet()
    {
        using EngineHarness h = Held();
        Posted posted = h.Post(1);
        h.Journal.NextOutcome(PartOutcome.Refused);
        h.Cancel(posted.Id);
        h.Run();
        h.Journal.Commit();
        h.Run(); // refused: nothing is written for a while
        Task<QueueTask?> purge = Purge(h, default);
        h.Run();
        Assert.False(purge.IsCompleted);
        h.Advance(300, 50);
        Assert.True(purge.IsCompleted);
        Assert.Equal(0, purge.Result?.Cancelled);
        Assert.Equal(MessageStatus.Cancelled, h.Last(posted));
    }

    [Fact]
    public void Queues_tell_what_waits_and_since_when()
    {
        using EngineHarness h = Held();
        long first = h.NowMs;
        h.Post(1, purpose: Purpose.Otp);
        h.Advance(100);
        h.Post(2, purpose: Purpose.Otp);
        h.Post(3, purpose: Purpose.Otp, notBeforeMs: h.NowMs + 60_000);
        h.Post(4, tenant: Other);
        Task<QueueTask?> look = Ask(h, new QueueTask(default, cancels: false));
        h.RunUntilIdle();
        Assert.Equal(
            [
                new QueueState { Tenant = 1, Provider = 1, Purpose = Purpose.Otp, Priority = Priority.Normal, Ready = 2, Deferred = 1, OldestMs = first },
                new QueueState { Tenant = 2, Provider = 1, Purpose = Purpose.Service, Priority = Priority.Normal, Ready = 1, OldestMs = first + 100 },
            ],
            QueueState.Sum(look.Result!.Counts.Values));
    }

    [Fact]
    public void A_long_purge_lets_others_through_between_its_slices_and_leaves_what_came_later()
    {
        const int Count = 10_000;
        using EngineHarness h = Held(new EngineOptions { EntryBatchMax = 64, AcceptBatchMax = 4_096, AcceptQueueMax = 65_536 });
        for (int i = 0; i < Count; i++)
        {
            h.Queue(i % 100);
        }

        h.RunUntilIdle();
        Task<QueueTask?> purge = Purge(h, new PurgeFilter(1, null, null));
        h.Run();
        Posted later = h.Queue(1);
        Task<Core.Consent.ContactFlags?> stop = h.SetFlags(static f => f.WithBlocked(true), 7);
        for (int i = 0; i < 4; i++)
        {
            h.Run();
            h.Journal.Step();
        }

        Assert.True(stop.IsCompletedSuccessfully);
        Assert.Equal(1, later.Answers);
        Assert.False(purge.IsCompleted);
        h.RunUntilIdle();
        Assert.Equal(Count, purge.Result?.Cancelled);
        Assert.Equal(MessageStatus.Accepted, h.Last(later));
        h.Provider.Window = 100;
        h.Advance(1_100, each: () => h.Provider.SettleAll());
        Assert.Equal([later.Text], h.WrittenTexts());
        h.AssertAllEnded();
    }

    [Fact]
    public void Messages_with_the_provider_settle_and_one_that_comes_back_is_cancelled_while_its_retry_is_kept()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted sent = h.Post(1);
        Posted failed = h.Post(2);
        h.Provider.Settle(failed.Id, Providers.OutcomeKind.Failed);
        h.Run(); // the retry is with the journal
        Task<QueueTask?> purge = Purge(h, new PurgeFilter(1, null, null));
        h.RunUntilIdle();
        Assert.Equal(1, purge.Result?.Cancelled);
        Assert.Equal(MessageStatus.Cancelled, h.Last(failed));
        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.Equal(MessageStatus.Sent, h.Last(sent));
        h.AssertAllEnded();
    }

    [Theory]
    [InlineData(PartOutcome.Refused)]
    [InlineData(PartOutcome.Unknown)]
    public void A_commit_refused_is_tried_again_and_a_lost_ownership_is_not_called_done(PartOutcome outcome)
    {
        using EngineHarness h = Held();
        h.Post(1);
        Task<QueueTask?> purge = Purge(h, new PurgeFilter(1, null, null));
        h.Journal.NextOutcome(outcome);
        h.Advance(400);
        Assert.True(purge.IsCompletedSuccessfully);
        Assert.Equal(outcome == PartOutcome.Refused ? 1L : null, purge.Result?.Cancelled);
    }

    [Fact]
    public void A_purge_waits_until_everything_was_taken_up()
    {
        using EngineHarness h = Held();
        h.Post(1);
        h.Own(5);
        Task<QueueTask?> purge = Purge(h, new PurgeFilter(1, null, null));
        h.RunUntilIdle();
        Assert.False(purge.IsCompleted);
        h.Advance(300, 50);
        Assert.Equal(1, purge.Result?.Cancelled);
    }

    private static EngineHarness Held(EngineOptions? options = null)
    {
        EngineHarness h = new EngineHarness(options: options).Simple();
        h.Configure([EngineHarness.Acme, Other], [EngineHarness.Account(1, "p")]);
        h.Provider.Window = 0;
        return h;
    }

    private static Task<QueueTask?> Purge(EngineHarness h, PurgeFilter filter) => Ask(h, new QueueTask(filter, cancels: true));

    // Not through the engine's own method: its continuation would run on a thread of the pool.
    private static Task<QueueTask?> Ask(EngineHarness h, QueueTask task)
    {
        Assert.True(h.Engine.Post(5, new UrgentCommand { Kind = CommandKind.Queue, Target = task }));
        return task.Answer.Task;
    }

    private static long? Answer(EngineHarness h, PurgeFilter filter)
    {
        Task<QueueTask?> purge = Purge(h, filter);
        h.RunUntilIdle();
        return purge.Result?.Cancelled;
    }
}
