using Router.Core.Consent;
using Router.Core.Messages;
using Router.Engine.Providers;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;

namespace Router.Engine.Tests.Shards;

/// <summary>Withdrawals and cancels: answered once nothing of it can leave any more (DESIGN §3).</summary>
public sealed class StopTests
{
    [Fact]
    public void A_stop_is_answered_once_no_release_of_the_contact_is_open()
    {
        using EngineHarness h = Held();
        Posted posted = h.Post();
        Task<ContactFlags?> stop = h.SetFlags(static f => f.WithBlocked(true));
        h.RunUntilIdle();
        Assert.False(stop.IsCompleted);
        h.Provider.Write();
        h.Provider.Settle(posted.Id);
        h.RunUntilIdle();
        Assert.True(stop.IsCompletedSuccessfully);
        Assert.True(stop.Result!.Value.Blocked);
    }

    [Fact]
    public void A_stop_is_answered_after_the_releases_end_however_late_the_outcome()
    {
        using EngineHarness h = Held();
        h.Post();
        Task<ContactFlags?> stop = h.SetFlags(static f => f.WithBlocked(true));
        h.Advance(240);
        Assert.False(stop.IsCompleted);
        h.Advance(120);
        Assert.True(stop.IsCompletedSuccessfully);
        h.Provider.Write(); // too late: it lapses
        Assert.Empty(h.Provider.Written);
        h.RunUntilIdle();
        Assert.Equal((MessageStatus.Rejected, Reason.OptedOut), LastEvent(h, h.ByText["m0"]));
        h.AssertAllEnded();
    }

    // A provider may still write at the very end of a release.
    [Fact]
    public void A_stop_is_not_answered_at_the_last_moment_of_a_release()
    {
        using EngineHarness h = Held();
        h.Post();
        Task<ContactFlags?> stop = h.SetFlags(static f => f.WithBlocked(true));
        h.RunUntilIdle();
        h.Time.Advance(h.Options.ReleaseMs);
        h.RunUntilIdle();
        Assert.False(stop.IsCompleted);
        h.Provider.Write();
        Assert.Equal(h.Provider.Departures[0].ReleaseEnd, Assert.Single(h.Provider.Written).WrittenAt);
        h.Advance(Shard.TickMs, Shard.TickMs);
        Assert.True(stop.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData(Purpose.Marketing, Reason.OptedOut)]
    [InlineData(Purpose.Otp, Reason.Restricted)]
    public void What_waits_is_rejected_with_the_right_reason(Purpose purpose, Reason reason)
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.SetFlags(static f => f.With(Purpose.Marketing, ConsentState.Granted));
        h.RunUntilIdle();
        h.Provider.Window = 0;
        Posted posted = h.Post(purpose: purpose);
        h.SetFlags(f => purpose == Purpose.Marketing ? f.With(Purpose.Marketing, ConsentState.Withdrawn) : f.WithRestricted(true));
        h.RunUntilIdle();
        h.Provider.Window = 10;
        h.Advance(1_100);
        Assert.Empty(h.Provider.Written);
        Assert.Equal((MessageStatus.Rejected, reason), LastEvent(h, posted));
        h.AssertAllEnded();
    }

    [Fact]
    public void A_stop_whose_owner_is_lost_before_the_release_ended_is_not_called_done()
    {
        using EngineHarness h = Held();
        h.Post();
        Task<ContactFlags?> stop = h.SetFlags(static f => f.WithBlocked(true));
        h.RunUntilIdle();
        h.Journal.NextOutcome(Journal.PartOutcome.Unknown);
        h.Post(2);
        Assert.Equal([5], h.Lost);
        Assert.True(stop.IsCompletedSuccessfully);
        Assert.Null(stop.Result);
    }

    [Fact]
    public void Cancel_while_waiting_scheduled_twice_unknown_and_of_another_tenant()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Provider.Window = 0;
        Posted waiting = h.Post(1);
        Posted scheduled = h.Post(2, notBeforeMs: h.NowMs + 60_000);
        Assert.Equal(CancelOutcome.NotFound, Answer(h, h.Cancel(waiting.Id, tenant: 2)));
        Assert.Equal(CancelOutcome.NotFound, Answer(h, h.Cancel(Testing.Some.Id(5))));
        Task<CancelOutcome> once = h.Cancel(waiting.Id);
        Task<CancelOutcome> twice = h.Cancel(waiting.Id);
        h.Run();
        Assert.False(once.IsCompleted); // not kept yet
        h.RunUntilIdle();
        Assert.Equal((CancelOutcome.Cancelled, CancelOutcome.Cancelled), (once.Result, twice.Result));
        Assert.Equal(CancelOutcome.Cancelled, Answer(h, h.Cancel(scheduled.Id)));
        Assert.Equal(CancelOutcome.NotFound, Answer(h, h.Cancel(scheduled.Id)));
        h.Provider.Window = 10;
        h.Advance(61_000, 500);
        Assert.Empty(h.Provider.Departures);
        h.AssertAllEnded();
    }

    [Theory]
    [InlineData(OutcomeKind.Sent, CancelOutcome.AlreadyLeft, MessageStatus.Sent)]
    [InlineData(OutcomeKind.Throttled, CancelOutcome.Cancelled, MessageStatus.Cancelled)]
    [InlineData(OutcomeKind.Failed, CancelOutcome.Cancelled, MessageStatus.Cancelled)]
    [InlineData(OutcomeKind.Refused, CancelOutcome.AlreadyLeft, MessageStatus.Undelivered)]
    public void Cancel_while_sending_waits_for_the_outcome(OutcomeKind kind, CancelOutcome expected, MessageStatus status)
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted posted = h.Post();
        Task<CancelOutcome> cancel = h.Cancel(posted.Id);
        h.RunUntilIdle();
        Assert.False(cancel.IsCompleted);
        h.Provider.Settle(posted.Id, kind);
        h.Run();
        Assert.False(cancel.IsCompleted); // not kept yet
        h.RunUntilIdle();
        Assert.Equal(expected, cancel.Result);
        Assert.Equal(status, h.Last(posted));
        h.AssertAllEnded();
    }

    [Fact]
    public void Cancel_of_a_release_that_lapsed_cancels()
    {
        using EngineHarness h = Held();
        Posted posted = h.Post();
        Task<CancelOutcome> cancel = h.Cancel(posted.Id);
        h.Advance(300);
        h.Provider.Write();
        h.RunUntilIdle();
        Assert.Equal(CancelOutcome.Cancelled, cancel.Result);
        Assert.Equal(MessageStatus.Cancelled, h.Last(posted));
        h.AssertAllEnded();
    }

    [Fact]
    public void Cancel_while_sending_gives_up_as_already_left()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted posted = h.Post();
        Task<CancelOutcome> cancel = h.Cancel(posted.Id);
        h.Advance(1_400);
        Assert.Equal(CancelOutcome.AlreadyLeft, cancel.Result);
        h.Provider.SettleAll();
        h.RunUntilIdle();
        h.AssertAllEnded();
    }

    [Fact]
    public void Cancelled_messages_do_not_pile_up_while_the_provider_is_down()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Provider.GoDown();
        for (int i = 0; i < 500; i++)
        {
            Posted posted = h.Post();
            h.Cancel(posted.Id);
            h.RunUntilIdle();
        }

        Assert.InRange(h.Engine.OwnerOf(5)!.Shard.MessageSlots, 0, 256);
    }

    private static EngineHarness Held() => new EngineHarness(prepare: static p => p.WritesAtOnce = false).Simple();

    private static CancelOutcome Answer(EngineHarness h, Task<CancelOutcome> cancel)
    {
        h.RunUntilIdle();
        Assert.True(cancel.IsCompletedSuccessfully);
        return cancel.Result;
    }

    private static (MessageStatus Status, Reason Reason) LastEvent(EngineHarness h, Posted posted) => h.Stored(posted.Id) is [.., var last] ? (last.Status, last.Reason) : default;
}
