using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Shards;

/// <summary>Nothing takes effect before its commit; what each outcome of a commit does.</summary>
public sealed class KeepTests
{
    [Fact]
    public void Nothing_takes_effect_before_the_commit()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted posted = h.Queue();
        h.AdvanceWithoutCommits(500);
        Assert.Equal(0, posted.Answers);
        Assert.Empty(h.Provider.Departures);
        Assert.Equal(1, h.Engine.Waiting.Of(1));

        h.RunUntilIdle();
        Assert.Equal(AcceptOutcome.Accepted, posted.Outcome);
        Assert.Single(h.Provider.Written);
        h.Provider.SettleAll();
        h.Run();
        Assert.Equal([MessageStatus.Accepted], h.Statuses(posted)); // the outcome is not kept yet
        h.RunUntilIdle();
        Assert.Equal([MessageStatus.Accepted, MessageStatus.Sent], h.Statuses(posted));
        h.AssertAllEnded();
    }

    [Fact]
    public void A_refused_commit_answers_unavailable_and_keeps_the_ownership()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Journal.NextOutcome(PartOutcome.Refused);
        Posted first = h.Post();
        Assert.Equal((1, AcceptOutcome.Unavailable), (first.Answers, first.Outcome));
        Assert.True(h.Engine.Owns(5));
        Assert.Equal(0, h.Engine.Waiting.Of(1));
        Posted second = h.Post();
        Assert.Equal(AcceptOutcome.Accepted, second.Outcome);
        Assert.Empty(h.Lost);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_comes_after_its_tenant_was_closed_is_refused_and_nothing_is_sealed(bool stillThere)
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted before = h.Post();
        var closed = new Core.Tenants.Tenant(1, "acme", EngineHarness.Acme.Settings) { IsDeleting = true };
        h.Engine.Apply(new Core.Tenants.Configuration(1_000, stillThere ? [closed] : [], [EngineHarness.Account(1, "p")], [], [], stillThere ? [] : [1]));

        // Admitted before, by what was configured then.
        Posted late = h.Post(contact: 2);
        Posted others = h.Post(contact: 3, tenant: EngineHarness.TenantWith(new Core.Tenants.TenantLimits(), 2));

        Assert.Equal((1, AcceptOutcome.Unavailable), (late.Answers, late.Outcome));
        Assert.Equal((AcceptOutcome.Accepted, AcceptOutcome.Accepted), (before.Outcome, others.Outcome));
        Assert.Equal(1, h.Engine.Waiting.Of(1));
    }

    [Fact]
    public void Flags_in_a_refused_commit_are_not_kept_and_say_so()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Journal.NextOutcome(PartOutcome.Refused);
        Task<Core.Consent.ContactFlags?> flags = h.SetFlags(static f => f.WithBlocked(true));
        h.RunUntilIdle();
        Assert.True(flags.IsCompletedSuccessfully);
        Assert.Null(flags.Result);
        h.Post();
        Assert.Single(h.Provider.Written); // not blocked
    }

    [Fact]
    public void Outcomes_in_a_refused_commit_are_written_later_in_their_order()
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted[] posted = [h.Post(1), h.Post(2), h.Post(3)];
        h.Journal.NextOutcome(PartOutcome.Refused);
        h.Journal.NextOutcome(PartOutcome.Refused);
        h.Provider.Settle(posted[0].Id);
        h.RunUntilIdle();
        h.Provider.SettleAll();
        h.Advance(1_000);
        Assert.All(posted, p => Assert.Equal([MessageStatus.Accepted, MessageStatus.Sent], h.Statuses(p)));
        h.AssertAllEnded();
    }

    [Theory]
    [InlineData(PartOutcome.Unknown, true)]
    [InlineData(PartOutcome.Unknown, false)]
    [InlineData(PartOutcome.Fenced, false)]
    public void An_unknown_or_fenced_commit_ends_the_ownership_and_a_new_epoch_recovers(PartOutcome outcome, bool stored)
    {
        using EngineHarness h = new EngineHarness().Simple();
        Posted[] kept = [h.Post(1), h.Post(2), h.Post(3)];
        h.Journal.NextOutcome(outcome, stored);
        Posted underWay = h.Queue(4);
        h.Run();
        Posted behind = h.Queue(5);
        Task<CancelOutcome> cancel = h.Cancel(kept[0].Id);
        h.RunUntilIdle();

        Assert.Equal([5], h.Lost);
        Assert.False(h.Engine.Owns(5));
        Assert.Equal(AcceptOutcome.Unavailable, underWay.Outcome);
        Assert.Equal(AcceptOutcome.Unavailable, behind.Outcome);
        Assert.True(cancel.IsCompleted);
        Assert.Equal(0, h.Engine.Waiting.Of(1));
        Assert.Equal(Intake.NoOwner, h.Queue(6).Intake);

        h.Provider.SettleAll(Providers.OutcomeKind.Lapsed);
        h.Own(5);
        h.RunUntilIdle();
        Assert.Equal(stored ? 4 : 3, h.Engine.StateOf(5)!.Value.Waiting);
        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.Equal(["m0", "m1", "m2"], h.WrittenTexts().Skip(3).Take(3));
        Assert.All(h.Journal.Store.Snapshot(), static m => Assert.Equal(MessageStatus.Sent, m.Status));
        Assert.Equal(0, h.Engine.Waiting.Of(1));
        Assert.Equal((0, 0), (h.Engine.Dispatcher.Links.Single().InFlight, h.Engine.Dispatcher.Links.Single().Unkept));
    }

    [Fact]
    public void Repeats_of_a_key_answer_the_firsts_id_and_do_not_wait()
    {
        using EngineHarness h = new EngineHarness().Simple(5, 6);
        Posted first = h.Queue(key: 7);
        Posted repeat = h.Queue(key: 7);
        Posted between = h.Queue();
        Posted other = h.Queue(key: 7, body: 2);
        h.RunUntilIdle();
        Posted elsewhere = h.Queue(shard: 6, key: 7);
        h.RunUntilIdle();
        Posted after = h.Queue();
        h.RunUntilIdle();
        Assert.Equal(first.Id, repeat.Id);
        Assert.Equal(first.Id, elsewhere.Id);
        Assert.Equal(AcceptOutcome.OtherBody, other.Outcome);
        Assert.Equal(3, h.Engine.Waiting.Of(1));
        Assert.Equal(3, h.Provider.Written.Count);
        Assert.NotEqual(between.Id, after.Id); // the chain of the contact's messages is checked by the journal
        h.Provider.SettleAll();
        h.RunUntilIdle();
        h.AssertAllEnded();
    }

    [Fact]
    public void Too_many_waiting_messages_of_a_tenant_are_refused_until_some_ended()
    {
        Core.Tenants.Tenant tenant = EngineHarness.TenantWith(new Core.Tenants.TenantLimits { Waiting = 3 });
        using var h = new EngineHarness();
        h.Configure([tenant], [EngineHarness.Account(1, "p")]);
        h.Own(5);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(Intake.Queued, h.Queue(i, tenant: tenant).Intake);
        }

        Assert.Equal(Intake.TenantFull, h.Queue(9, tenant: tenant).Intake);
        h.RunUntilIdle();
        h.Provider.SettleAll(Providers.OutcomeKind.Refused);
        h.RunUntilIdle();
        Assert.Equal(Intake.Queued, h.Queue(9, tenant: tenant).Intake);
        h.RunUntilIdle();
        h.Provider.SettleAll();
        h.RunUntilIdle();
        h.AssertAllEnded();
    }

    [Fact]
    public void A_failed_read_of_contacts_answers_unavailable_and_the_next_works()
    {
        using EngineHarness h = new EngineHarness().Simple();
        h.Journal.ReadsContactsAtOnce = false;
        h.Journal.FailReads();
        Posted failed = h.Post();
        Posted good = h.Post();
        Assert.Equal(AcceptOutcome.Unavailable, failed.Outcome);
        Assert.Equal(AcceptOutcome.Accepted, good.Outcome);
        h.Provider.SettleAll();
        h.Advance(300);
        h.AssertAllEnded();
    }
}
