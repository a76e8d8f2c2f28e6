using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Shards;

/// <summary>Waiting for a verdict (<c>Prefer: wait</c>): each verdict ends it, nothing else does.</summary>
public sealed class WatchTests
{
    [Fact]
    public void A_release_ends_it_and_not_before()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Provider.Window = 1;
        Posted first = h.Post(1);
        Posted posted = h.Post(2);
        Task<bool> watch = Watch(h, posted.Id);
        h.RunUntilIdle();
        Assert.False(watch.IsCompleted);
        h.Provider.Settle(first.Id);
        h.RunUntilIdle();
        Assert.True(Answered(watch));
        Assert.Equal(MessageStatus.Sending, Status(h, posted));
    }

    [Theory]
    [InlineData(Router.Engine.Providers.OutcomeKind.Sent)]
    [InlineData(Router.Engine.Providers.OutcomeKind.Refused)]
    [InlineData(Router.Engine.Providers.OutcomeKind.Failed)]
    public void What_was_released_shows_as_sending_until_its_outcome_is_kept(Router.Engine.Providers.OutcomeKind kind)
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted posted = h.Post();
        h.Provider.Settle(posted.Id, kind);
        h.Run();
        Assert.Equal(MessageStatus.Sending, Status(h, posted));
        h.RunUntilIdle();
        Assert.NotEqual(MessageStatus.Sending, Status(h, posted));
    }

    [Fact]
    public void What_ends_without_a_release_never_shows_as_sending()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Provider.Window = 0;
        Posted[] posted = [h.Post(1), h.Post(2, notBeforeMs: h.NowMs + 60_000), h.Post(3, validitySeconds: 1)];
        _ = h.Cancel(posted[0].Id);
        _ = h.Cancel(posted[1].Id);
        h.AdvanceWithoutCommits(2_000, 50); // the third expires
        Assert.All(posted, p => Assert.Contains(Status(h, p), new[] { MessageStatus.Accepted, MessageStatus.Queued }));
        h.RunUntilIdle();
        Assert.Equal([MessageStatus.Cancelled, MessageStatus.Cancelled, MessageStatus.Expired], posted.Select(h.Last));
    }

    [Fact]
    public void What_waits_for_its_place_in_a_recipient_s_limit_to_be_kept_does_not_show_as_sending()
    {
        using var h = new EngineHarness();
        Tenant tenant = EngineHarness.TenantWith(new TenantLimits { PerRecipient = new RecipientLimit(1, 60) });
        h.Configure([tenant], [EngineHarness.Account(1, "p")]);
        h.Own(5);
        h.Advance(1_500, 50);
        Posted posted = h.Queue(1, tenant: tenant);
        h.Run();
        h.Journal.Commit();
        h.Run(); // its place is taken and on its way to the journal
        Assert.Equal(MessageStatus.Accepted, Status(h, posted));
        h.RunUntilIdle();
        Assert.Equal(MessageStatus.Sending, Status(h, posted));
    }

    [Fact]
    public void To_be_told_to_wait_ends_it()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Provider.Window = 0;
        Posted posted = h.Post();
        Task<bool> watch = Watch(h, posted.Id);
        h.Advance(900, 50);
        Assert.False(watch.IsCompleted);
        h.Advance(1_200, 50);
        Assert.True(Answered(watch));
        Assert.Equal(MessageStatus.Queued, Status(h, posted));
    }

    [Fact]
    public void A_rejection_at_the_release_ends_it_once_it_is_kept()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Provider.Window = 1;
        Posted first = h.Post(1);
        Posted posted = h.Post(2);
        Task<bool> watch = Watch(h, posted.Id);
        _ = h.SetFlags(static f => f.WithBlocked(true), 2);
        h.RunUntilIdle();
        Assert.False(watch.IsCompleted);
        h.Provider.Settle(first.Id);
        h.Run();
        h.Journal.Commit();
        h.Run(); // the first one's outcome is kept, the second one's end is under way
        Assert.False(watch.IsCompleted);
        h.RunUntilIdle();
        Assert.True(Answered(watch));
        Assert.Equal(MessageStatus.Rejected, h.Last(posted));
    }

    [Fact]
    public void A_cancel_ends_it()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Provider.Window = 0;
        Posted posted = h.Post();
        Task<bool> watch = Watch(h, posted.Id);
        _ = h.Cancel(posted.Id);
        h.RunUntilIdle();
        Assert.True(Answered(watch));
    }

    [Fact]
    public void What_is_decided_or_unknown_is_answered_at_once()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted sending = h.Post(1);
        Posted scheduled = h.Post(2, notBeforeMs: h.NowMs + 60_000);
        Posted rejected = h.Post(3, purpose: Purpose.Marketing);
        h.Provider.Window = 0;
        Posted others = h.Post(4);
        Task<bool>[] watches = [Watch(h, sending.Id), Watch(h, scheduled.Id), Watch(h, rejected.Id), Watch(h, Some.Id(5, 99)), Watch(h, others.Id, tenant: 2)];
        h.Run();
        Assert.All(watches, static w => Assert.True(Answered(w)));
        Task<bool> elsewhere = h.Engine.WatchAsync(1, Some.Id(6), TimeSpan.FromSeconds(1), CancellationToken.None).AsTask();
        Assert.True(Answered(elsewhere));
    }

    [Fact]
    public void The_time_ends_it()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Provider.Window = 0;
        Posted posted = h.Post();
        Task<bool> shorter = Watch(h, posted.Id, limitMs: 300);
        Task<bool> longer = Watch(h, posted.Id, limitMs: 700);
        h.Advance(250, 10);
        Assert.False(shorter.IsCompleted);
        h.Advance(150, 10);
        Assert.True(shorter.IsCompletedSuccessfully);
        Assert.False(Answered(shorter));
        Assert.False(longer.IsCompleted);
        h.Advance(400, 10);
        Assert.False(Answered(longer));
    }

    [Fact]
    public void Beyond_the_bound_they_are_answered_at_once_and_places_come_back()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Provider.Window = 0;
        Posted posted = h.Post();
        Task<bool>[] most = [.. Enumerable.Range(0, Shard.WatchesMax).Select(_ => Watch(h, posted.Id, limitMs: 200))];
        h.Run();
        Assert.All(most, static w => Assert.False(w.IsCompleted));
        Task<bool> more = Watch(h, posted.Id);
        h.Run();
        Assert.True(Answered(more));
        h.Advance(300);
        Assert.All(most, static w => Assert.False(Answered(w)));
        Task<bool> again = Watch(h, posted.Id);
        h.Run();
        Assert.False(again.IsCompleted);
    }

    [Fact]
    public void The_end_of_the_ownership_ends_it()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Provider.Window = 0;
        Posted posted = h.Post();
        Task<bool> watch = Watch(h, posted.Id);
        h.Run();
        _ = h.Engine.DisownAsync(5).AsTask();
        h.RunUntilIdle();
        Assert.True(Answered(watch));
    }

    [Fact]
    public void A_slot_used_again_is_not_watched_for_the_message_before()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Provider.Window = 0;
        Posted first = h.Post();
        Task<bool> watch = Watch(h, first.Id);
        _ = h.Cancel(first.Id);
        h.RunUntilIdle();
        Posted second = h.Post();
        Task<bool> next = Watch(h, second.Id);
        h.RunUntilIdle();
        Assert.True(Answered(watch));
        Assert.False(next.IsCompleted);
    }

    private static Task<bool> Watch(EngineHarness h, MessageId id, int tenant = 1, int limitMs = 30_000)
    {
        var task = new WatchTask(tenant, id, limitMs);
        Assert.True(h.Engine.Post(id.Shard, new UrgentCommand { Kind = CommandKind.Watch, Target = task }));
        return task.Answer.Task;
    }

    private static bool Answered(Task<bool> watch)
    {
        Assert.True(watch.IsCompletedSuccessfully, "the watch is open");
        return watch.Result;
    }

    private static MessageStatus Status(EngineHarness h, Posted posted) => h.Engine.OwnerOf(posted.Id.Shard)!.Shard.Peek(1, posted.Id).Status;
}
