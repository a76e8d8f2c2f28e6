using Router.Core.Consent;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Core.Times;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Shards;

/// <summary>Quiet hours (R3.4): marketing is deferred, not refused, at the first decision and at the release; everything else goes. The clock starts at 12:00 UTC.</summary>
public sealed class QuietTests
{
    [Fact]
    public void Marketing_waits_for_quiet_hours_to_end_and_is_told_so()
    {
        using EngineHarness h = Quiet("11:00", "12:02");
        Posted posted = h.Post(purpose: Purpose.Marketing);
        Assert.Equal([(MessageStatus.Accepted, Reason.None), (MessageStatus.Queued, Reason.QuietHours)], Told(h, posted));
        Assert.Equal(MessageStatus.Queued, h.Engine.OwnerOf(5)!.Shard.Peek(1, posted.Id).Status);
        h.Advance(150_000, 50);
        long left = LeftAt(h, Assert.Single(h.Provider.Written));
        Assert.InRange(left, Some.NowMs + 120_000, Some.NowMs + 120_100);
        h.AssertAllEnded();
    }

    [Theory]
    [InlineData(Purpose.Otp)]
    [InlineData(Purpose.Transactional)]
    [InlineData(Purpose.Service)]
    public void Other_purposes_do_not_wait(Purpose purpose)
    {
        using EngineHarness h = Quiet("11:00", "13:00");
        h.Post(purpose: purpose);
        Assert.Single(h.Provider.Written);
    }

    [Fact]
    public void What_is_ready_when_quiet_hours_begin_does_not_leave_in_them()
    {
        using EngineHarness h = Quiet("12:01", "12:03");
        h.Provider.Window = 0;
        Posted posted = h.Post(purpose: Purpose.Marketing);
        h.Advance(61_000, 50);
        h.Provider.Window = 10;
        h.Advance(180_000, 50);
        Assert.InRange(LeftAt(h, Assert.Single(h.Provider.Written)), Some.NowMs + 180_000, Some.NowMs + 180_100);
        Assert.Equal([MessageStatus.Accepted, MessageStatus.Queued, MessageStatus.Sent], h.Statuses(posted)[..3]); // told once that it waits
    }

    [Fact]
    public void Nothing_is_released_that_could_leave_after_they_began()
    {
        using EngineHarness h = new(prepare: static p => p.WritesAtOnce = false);
        Configure(h, "12:01", "12:02");
        h.Own(5);
        h.Advance(300, 50);
        Grant(h, 1);
        h.Advance(59_600 - 300, 50);
        h.Post(purpose: Purpose.Marketing);
        Assert.Single(h.Provider.Departures); // its release ends at 59.85 s
        h.Advance(200, 50);
        h.Post(purpose: Purpose.Marketing); // at 59.8 s: would end at 60.05 s
        Assert.Single(h.Provider.Departures);
        h.Provider.Write();
        h.Provider.WritesAtOnce = true;
        h.Advance(70_000, 50);
        Assert.Equal(2, h.Provider.Written.Count);
        Assert.All(h.Provider.Written, d => Assert.False(LeftAt(h, d) is >= Some.NowMs + 60_000 and < Some.NowMs + 120_000));
    }

    [Fact]
    public void Validity_goes_on_counting()
    {
        using EngineHarness h = Quiet("11:00", "13:00");
        Posted posted = h.Post(purpose: Purpose.Marketing, validitySeconds: 30);
        h.Advance(31_000, 50);
        Assert.Equal((MessageStatus.Expired, Reason.Expired), Told(h, posted)[^1]);
        Assert.Empty(h.Provider.Departures);
        h.AssertAllEnded();
    }

    [Fact]
    public void A_scheduled_message_whose_time_comes_in_quiet_hours_waits_on()
    {
        using EngineHarness h = Quiet("12:01", "12:03");
        Posted posted = h.Post(purpose: Purpose.Marketing, notBeforeMs: h.NowMs + 70_000);
        Assert.Equal(MessageStatus.Scheduled, h.Engine.OwnerOf(5)!.Shard.Peek(1, posted.Id).Status);
        h.Advance(80_000, 50);
        Assert.Equal(MessageStatus.Queued, h.Engine.OwnerOf(5)!.Shard.Peek(1, posted.Id).Status);
        h.Advance(120_000, 50);
        Assert.InRange(LeftAt(h, Assert.Single(h.Provider.Written)), Some.NowMs + 180_000, Some.NowMs + 180_100);
    }

    [Fact]
    public void The_contacts_own_zone_says_whose_hours_they_are()
    {
        using EngineHarness h = Quiet("11:00", "13:00");
        Task<ContactFlags?> set = h.SetFlags(static f => f.WithTimeZone(TimeZones.NumberOf("Asia/Tokyo")));
        h.RunUntilIdle();
        h.Advance(300, 50);
        Assert.Equal("Asia/Tokyo", TimeZones.NameOf(set.Result!.Value.TimeZone));
        h.Post(purpose: Purpose.Marketing); // 21:00 there
        Assert.Single(h.Provider.Written);
        Assert.Equal(MessageStatus.Queued, h.Last(h.Post(contact: 2, purpose: Purpose.Marketing)));
    }

    [Fact]
    public void A_withdrawal_in_quiet_hours_holds_when_they_end()
    {
        using EngineHarness h = Quiet("11:00", "12:01");
        Posted posted = h.Post(purpose: Purpose.Marketing);
        h.SetFlags(static f => f.With(Purpose.Marketing, ConsentState.Withdrawn));
        h.Advance(70_000, 50);
        Assert.Equal((MessageStatus.Rejected, Reason.OptedOut), Told(h, posted)[^1]);
        Assert.Empty(h.Provider.Departures);
    }

    [Fact]
    public void It_can_be_cancelled_while_it_waits()
    {
        using EngineHarness h = Quiet("11:00", "12:01");
        Posted posted = h.Post(purpose: Purpose.Marketing);
        Task<CancelOutcome> cancel = h.Cancel(posted.Id);
        h.RunUntilIdle();
        Assert.Equal(CancelOutcome.Cancelled, cancel.Result);
        h.Advance(70_000, 50);
        Assert.Empty(h.Provider.Departures);
        h.AssertAllEnded();
    }

    [Fact]
    public void A_purge_takes_it_too()
    {
        using EngineHarness h = Quiet("11:00", "12:01");
        Posted posted = h.Post(purpose: Purpose.Marketing);
        var purge = new QueueTask(new PurgeFilter(1, null, null), cancels: true);
        Assert.True(h.Engine.Post(5, new UrgentCommand { Kind = CommandKind.Queue, Target = purge }));
        h.RunUntilIdle();
        Assert.Equal(MessageStatus.Cancelled, h.Last(posted));
        Assert.Equal(1, purge.Answer.Task.Result?.Cancelled);
        h.Advance(70_000, 50);
        h.AssertAllEnded();
    }

    [Fact]
    public void A_tenant_that_gives_up_its_quiet_hours_has_what_waits_leave_at_once()
    {
        using EngineHarness h = Quiet("11:00", "13:00");
        h.Post(purpose: Purpose.Marketing);
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p")]);
        h.RunUntilIdle();
        Assert.Single(h.Provider.Written);
        h.AssertAllEnded();
    }

    [Fact]
    public void What_waits_is_kept_over_a_restart()
    {
        using EngineHarness before = Quiet("11:00", "12:02");
        Posted posted = before.Post(purpose: Purpose.Marketing);
        using var h = new EngineHarness(store: before.Journal.Store, time: before.Time, prepare: static p => p.Policy = ScriptedPolicy.Smooth);
        Configure(h, "11:00", "12:02");
        h.Own(5);
        h.Advance(110_000, 50);
        Assert.Empty(h.Provider.Departures);
        h.Advance(20_000, 50);
        Assert.Single(h.Provider.Written);
        Assert.Equal([MessageStatus.Accepted, MessageStatus.Queued, MessageStatus.Sent], h.Statuses(posted)[..3]);
    }

    [Fact]
    public void A_wall_clock_that_jumps_is_followed()
    {
        using EngineHarness h = Quiet("11:00", "12:30");
        h.Post(purpose: Purpose.Marketing);
        h.Time.Shift = TimeSpan.FromMinutes(-30);
        h.Advance(2_000, 50);
        Assert.Empty(h.Provider.Departures);
        h.Time.Shift = TimeSpan.FromMinutes(31);
        h.Advance(2_000, 50);
        Assert.Single(h.Provider.Written);
    }

    [Fact]
    public void A_long_lane_that_quiet_hours_stop_goes_in_turns_and_all_of_it_leaves_when_they_end()
    {
        const int Count = 1_500;
        using EngineHarness h = Quiet("12:01", "12:02");
        h.Provider.Window = 0;
        for (int i = 0; i < Count; i++)
        {
            h.Queue(purpose: Purpose.Marketing, validitySeconds: 600);
        }

        h.Advance(60_500, 50);
        h.Provider.Window = Count;
        h.Advance(2_000, 50);
        Posted service = h.Post();
        Assert.Equal([service.Text], h.WrittenTexts());
        Assert.Equal(Count, h.Journal.Store.Snapshot().Count(static m => m.Status == MessageStatus.Queued));
        h.Advance(65_000, 50);
        Assert.Equal(Count + 1, h.Provider.Written.Count);
        h.AssertAllEnded();
    }

    [Fact]
    public void It_holds_no_place_of_its_recipients_limit_while_it_waits()
    {
        Tenant tenant = Tenant("12:01", "12:59", new TenantLimits { PerRecipient = new RecipientLimit(1, 3_600) });
        using EngineHarness h = new();
        h.Configure([tenant], [EngineHarness.Account(1, "p")]);
        h.Own(5);
        h.Advance(300, 50);
        Grant(h, 1);
        h.Provider.WritesAtOnce = false;
        Posted marketing = h.Post(tenant: tenant, purpose: Purpose.Marketing); // its leaving is kept, its release lapses
        Assert.Single(h.Provider.Departures);
        h.Provider.Window = 0;
        h.Advance(300, 50);
        h.Provider.Write();
        h.Advance(61_000, 50);
        h.Provider.WritesAtOnce = true;
        h.Provider.Window = 10;
        h.Advance(2_000, 50);
        Assert.Equal(MessageStatus.Queued, h.Last(marketing));
        h.Post(tenant: tenant, purpose: Purpose.Service);
        h.Advance(1_000, 50);
        Assert.Equal(["m1"], h.WrittenTexts());
    }

    private static EngineHarness Quiet(string from, string to)
    {
        var h = new EngineHarness(prepare: static p => p.Policy = ScriptedPolicy.Smooth);
        Configure(h, from, to);
        h.Own(5);
        h.Advance(300, 50);
        Grant(h, 1);
        Grant(h, 2);
        return h;
    }

    private static void Configure(EngineHarness h, string from, string to) => h.Configure([Tenant(from, to)], [EngineHarness.Account(1, "p")]);

    private static Tenant Tenant(string from, string to, TenantLimits? limits = null) =>
        new(1, "acme", new TenantSettings { Name = "Acme", Senders = ["+39000"], QuietHours = new QuietHours(from, to), Limits = limits ?? new TenantLimits() });

    private static void Grant(EngineHarness h, int contact)
    {
        h.SetFlags(static f => f.With(Purpose.Marketing, ConsentState.Granted), contact);
        h.RunUntilIdle();
    }

    private static (MessageStatus Status, Reason Reason)[] Told(EngineHarness h, Posted posted) => [.. h.Stored(posted.Id).Select(static e => (e.Status, e.Reason))];

    private static long LeftAt(EngineHarness h, ScriptedDeparture departure) => Some.NowMs + (long)TimeSpan.FromTicks(departure.WrittenAt - h.StartedAt).TotalMilliseconds;
}
