using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Recipients;

/// <summary>The recipient's limit over the life of a shard, one case at a time.</summary>
public sealed class RecipientTests
{
    private const int WindowMs = 60_000;
    private readonly MemoryStore store = new();
    private readonly SteppedTime time = new();
    private int provider;

    [Fact]
    public void A_message_leaves_only_once_its_leaving_is_kept()
    {
        using EngineHarness h = Begin(1);
        h.Queue(1, tenant: TenantOf(h));
        h.Run();
        Assert.True(h.Journal.Commit()); // the message
        h.Run();
        Assert.Empty(Handed(h));
        Assert.True(h.Journal.Commit()); // its leaving
        Assert.True(store.LeavingOf(store.Snapshot().Single().Accepted.Id).IsOpen);
        Assert.Empty(Handed(h));
        h.Run();
        Assert.Single(Handed(h));
    }

    [Fact]
    public void A_refused_commit_keeps_it_until_the_next_one()
    {
        using EngineHarness h = Begin(1);
        h.Queue(1, tenant: TenantOf(h));
        h.Run();
        h.Journal.Commit();
        h.Run();
        h.Journal.NextOutcome(Journal.PartOutcome.Refused);
        h.Journal.Commit();
        h.Run();
        Assert.Empty(Handed(h));
        h.Advance(300);
        Assert.Single(Handed(h));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_restart_and_a_dropped_row_forget_nothing(bool restart)
    {
        EngineHarness h = Begin(2);
        Send(h, 2);
        if (restart)
        {
            h = Restart(h, 2);
        }
        else
        {
            DropRows(h);
        }

        int before = Handed(h).Count;
        Posted third = h.Post(1, tenant: TenantOf(h));
        Assert.Equal(before, Handed(h).Count);
        h.Advance(WindowMs - 1_000, 50);
        Assert.Equal(before, Handed(h).Count);
        h.Advance(2_000, 50, () => h.Provider.SettleAll());
        Assert.Equal(MessageStatus.Sent, h.Last(third));
        h.Dispose();
    }

    [Fact]
    public void What_may_have_left_before_a_crash_is_sent_again_in_its_own_place()
    {
        EngineHarness h = Begin(1);
        h.Post(1, tenant: TenantOf(h));
        h.Post(1, tenant: TenantOf(h));
        Assert.Single(h.Provider.Written); // no outcome
        h = Restart(h, 1);
        h.Advance(1_000, 10);
        Assert.Equal(["m0"], h.WrittenTexts());
        h.Provider.SettleAll();
        h.Advance(WindowMs - 2_000, 50);
        Assert.Single(Handed(h));
        h.Advance(4_000, 50);
        Assert.Equal(["m0", "m1"], h.WrittenTexts());
        h.Dispose();
    }

    [Fact]
    public void What_may_have_left_before_a_crash_counts_when_it_ends_without_being_sent_again()
    {
        EngineHarness h = Begin(1);
        Posted first = h.Post(1, tenant: TenantOf(h));
        Posted second = h.Post(1, tenant: TenantOf(h));
        h = Restart(h, 1, static p => p.StartsUp = false);
        h.Advance(500, 10);
        Task<Engine.Shards.CancelOutcome> cancel = h.Cancel(first.Id);
        h.Advance(500, 10);
        Assert.True(cancel.IsCompletedSuccessfully);
        Assert.Equal(MessageStatus.Cancelled, h.Last(first));
        h.Provider.GoUp();
        h.Advance(WindowMs - 2_000, 50);
        Assert.Empty(Handed(h));
        h.Advance(4_000, 50, () => h.Provider.SettleAll());
        Assert.Equal(MessageStatus.Sent, h.Last(second));
        h.Dispose();
    }

    [Fact]
    public void No_place_is_taken_before_all_that_may_have_left_are_taken_up()
    {
        EngineHarness h = Begin(1);
        h.Post(1, tenant: TenantOf(h), notBeforeMs: h.NowMs + 5_000);
        h.Post(2, tenant: TenantOf(h), notBeforeMs: h.NowMs + 5_000);
        h.Post(1, tenant: TenantOf(h));
        Assert.Equal(["m2"], h.WrittenTexts()); // no outcome
        time.Advance(6_000);
        h = Restart(h, 1, readsAtOnce: false);
        h.Advance(2_000, 10, () => h.Provider.SettleAll());
        Assert.Equal(["m1", "m2"], h.WrittenTexts().Order());
        h.Dispose();
    }

    [Fact]
    public void What_waits_behind_one_that_may_have_left_does_not_overtake_it()
    {
        EngineHarness h = Begin(2);
        h.Queue(1, tenant: TenantOf(h));
        h.Run();
        h.Journal.Commit();
        h.Run(); // its leaving is under way
        h.Queue(1, tenant: TenantOf(h));
        h.Run();
        h.Journal.Commit();
        h.Run();
        h.Journal.Commit();
        Assert.Equal([true, false], store.Snapshot().Select(m => store.LeavingOf(m.Accepted.Id).IsOpen));
        h = Restart(h, 2);
        h.Advance(2_000, 10);
        Assert.Equal(["m0", "m1"], h.WrittenTexts());
        h.Dispose();
    }

    [Fact]
    public void A_place_that_is_given_back_is_taken_by_another()
    {
        using EngineHarness h = Begin(1, static p => p.WritesAtOnce = false);
        Posted first = h.Post(1, tenant: TenantOf(h));
        Posted second = h.Post(1, tenant: TenantOf(h));
        h.Provider.GoDown(); // unsent: it keeps its place
        h.RunUntilIdle();
        h.Cancel(first.Id);
        h.RunUntilIdle();
        h.Provider.WritesAtOnce = true;
        h.Provider.GoUp();
        h.Advance(2_500, 50, () => h.Provider.SettleAll());
        Assert.Equal([MessageStatus.Cancelled, MessageStatus.Sent], [h.Last(first), h.Last(second)]);
    }

    [Theory]
    [InlineData(OutcomeKind.Throttled, true)]
    [InlineData(OutcomeKind.Failed, false)]
    [InlineData(OutcomeKind.Unknown, false)]
    public void Another_try_needs_another_place_when_the_first_has_left(OutcomeKind kind, bool soon)
    {
        using EngineHarness h = Begin(1, static p => p.Retry = new RetryRule(3, 500, 500));
        h.Post(1, tenant: TenantOf(h));
        h.Provider.SettleAll(kind);
        h.Advance(5_000, 10);
        Assert.Equal(soon ? 2 : 1, h.Provider.Written.Count);
        h.Advance(WindowMs, 50);
        Assert.Equal(2, h.Provider.Written.Count);
    }

    [Theory]
    [InlineData(-3_600)]
    [InlineData(3_600)]
    public void A_wall_clock_that_was_set_while_the_shard_is_held_changes_nothing(int seconds)
    {
        using EngineHarness h = Begin(2);
        Send(h, 2);
        time.Shift = TimeSpan.FromSeconds(seconds);
        h.Advance(500, 50);
        DropRows(h);
        h.Post(1, tenant: TenantOf(h));
        int before = Handed(h).Count;
        h.Advance(WindowMs - 5_000, 50);
        Assert.Equal(before, Handed(h).Count);
        h.Advance(WindowMs, 50); // counted again as of the moment when they were read, at the latest
        Assert.Equal(before + 1, Handed(h).Count);
    }

    // Guards against taking the time from which departures were asked for by the clock as it was: the contact was barred for as long as the clock went back.
    [Fact]
    public void A_wall_clock_set_back_while_departures_are_read_bars_for_one_window_at_most()
    {
        using EngineHarness h = Begin(2);
        h.Journal.ReadsContactsAtOnce = false;
        Posted posted = h.Queue(1, tenant: TenantOf(h), validitySeconds: 86_400);
        h.Run();
        Assert.Equal(1, h.Journal.ReadCount);
        time.Shift = TimeSpan.FromHours(-1);
        h.Advance(WindowMs + 1_000, 50, () => h.Provider.SettleAll());
        Assert.Equal(MessageStatus.Sent, h.Last(posted));
    }

    [Fact]
    public void Contacts_without_the_limit_ask_for_no_departures_and_keep_none()
    {
        using EngineHarness h = new EngineHarness(store: store, time: time).Simple();
        Posted posted = h.Post();
        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.Equal(MessageStatus.Sent, h.Last(posted));
        Assert.Equal(0, store.LeavingOf(posted.Id).Commit);
        Assert.Equal(0, h.Engine.OwnerOf(5)!.Shard.DeparturesFromMs(1));
    }

    [Fact]
    public void Under_load_a_recipient_gets_nearly_its_limit_over_a_restart_too()
    {
        EngineHarness h = Begin(5, static p => p.Policy = ScriptedPolicy.Smooth with { Receipts = false });
        for (int i = 0; i < 80; i++)
        {
            h.Queue(1, tenant: TenantOf(h), validitySeconds: 86_400);
        }

        h.Advance((5 * WindowMs) + 500, 10);
        int first = h.Provider.Written.Count;
        Assert.InRange(first, 29, 30); // 6 windows begin
        h = Restart(h, 5, static p => p.Policy = ScriptedPolicy.Smooth with { Receipts = false });
        h.Advance(6 * WindowMs, 10);
        Assert.InRange(h.Provider.Written.Count, 29, 30);
        h.Dispose();
    }

    private EngineHarness Begin(int count, Action<ScriptedProvider>? prepare = null, bool readsAtOnce = true)
    {
        var h = new EngineHarness(options: new EngineOptions { ContactRowsMax = 16, AcceptBatchMax = readsAtOnce ? 512 : 1 }, store: store, time: time, prepare: prepare);
        h.Journal.ReadsContactsAtOnce = readsAtOnce;
        Tenant tenant = EngineHarness.TenantWith(new TenantLimits { PerRecipient = new RecipientLimit(count, WindowMs / 1_000) });
        h.Configure([tenant, EngineHarness.TenantWith(new TenantLimits(), 2)], [EngineHarness.Account(++provider, "p")]);
        h.Own(5);
        if (!readsAtOnce)
        {
            h.Journal.CompleteReads();
            h.AdvanceWithoutCommits(2_500, 50); // the first is taken up, the reads for the others take their time
        }

        h.Advance(400, 50);
        return h;
    }

    private EngineHarness Restart(EngineHarness h, int count, Action<ScriptedProvider>? prepare = null, bool readsAtOnce = true)
    {
        h.Journal.Crash();
        h.Dispose();
        return Begin(count, prepare, readsAtOnce);
    }

    private static Tenant TenantOf(EngineHarness h, int number = 1) => h.Engine.Configuration.FindTenant(number)!;

    private static void Send(EngineHarness h, int count)
    {
        for (int i = 0; i < count; i++)
        {
            h.Post(1, tenant: TenantOf(h));
        }

        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.Equal(count, h.Provider.Written.Count);
    }

    private static void DropRows(EngineHarness h)
    {
        for (int i = 0; i < 60; i++)
        {
            h.Post(i, tenant: TenantOf(h, 2));
            h.Provider.SettleAll();
            h.RunUntilIdle();
        }

        Assert.True(h.Engine.OwnerOf(5)!.Shard.FindRow(EngineHarness.Contact(1)) < 0);
    }

    private static IReadOnlyList<ScriptedDeparture> Handed(EngineHarness h) => h.Provider.Departures;
}
