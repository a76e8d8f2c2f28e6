using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Shards;
using Router.Simulation.Model;

namespace Router.Simulation;

/// <content>What else is asked of the silos: flags, cancels, looks, changes of conversations; each is answered once, unless its silo dies.</content>
internal sealed partial class SimulationRun
{
    // What a tenant sets, and what must be so once it is answered.
    private static readonly (FlagsChange Change, Func<FlagBits, bool> Holds)[] Changes =
    [
        (FlagsChange.Of(static f => f.WithBlocked(true)), static f => f.IsBlocked),
        (FlagsChange.Of(static f => f.With(Purpose.Marketing, ConsentState.Withdrawn)), static f => f.IsWithdrawn("marketing")),
        (FlagsChange.Of(static f => f.With(Purpose.Service, ConsentState.Withdrawn)), static f => f.IsWithdrawn("service")),
        (FlagsChange.Of(static f => f.WithRestricted(true)), static f => f.IsRestricted),
        (FlagsChange.Of(static f => f.WithMinor(true)), static f => f.IsMinor),
        (FlagsChange.Of(static f => f.WithSuppressed(true)), static f => f.IsSuppressed),
        (FlagsChange.Of(static f => f.WithBlocked(false).WithRestricted(false).WithMinor(false)), static f => f is { IsBlocked: false, IsRestricted: false, IsMinor: false }),
        (FlagsChange.Of(static f => f.With(Purpose.Service, ConsentState.Granted)), static f => !f.IsWithdrawn("service")),
        (FlagsChange.Of(static f => f.With(Purpose.Marketing, ConsentState.Granted).WithSuppressed(false)), static f => f is { MayMarket: true, IsSuppressed: false }),
    ];

    private readonly List<(SimulatedSilo Silo, FlagsTask Task, Func<FlagBits, bool> Holds)> flagsAsked = [];
    private readonly List<(SimulatedSilo Silo, CancelTask Task)> cancelsAsked = [];
    private readonly List<(SimulatedSilo Silo, PeekTask Task)> looksAsked = [];
    private readonly List<(SimulatedSilo Silo, ConversationTask Task)> talksAsked = [];
    private readonly HashSet<MessageId> cancelled = [];

    private bool SetFlags()
    {
        int shard = Shards[Random.Next(Shards.Length)];
        int index = Chance(0.6) ? 6 + Random.Next(3) : Random.Next(6);
        TenantPlan tenant = Plan.Tenants[Random.Next(Plan.Tenants.Count)];
        var task = new FlagsTask(tenant.Number, DrawContact(tenant.Number, shard), Changes[index].Change);
        if (AskedOf(shard) is { } silo && silo.Engine.Post(shard, new UrgentCommand { Kind = CommandKind.Flags, Target = task }))
        {
            Coverage.Count("change: consent");
            flagsAsked.Add((silo, task, Changes[index].Holds));
            return true;
        }

        return false;
    }

    private bool Cancel()
    {
        Posted? one = DrawAccepted();
        if (one is null)
        {
            return false;
        }

        bool isOthers = Plan.Tenants.Count > 1 && Chance(0.1);
        int tenant = isOthers ? 1 + (one.Wish.Tenant % Plan.Tenants.Count) : one.Wish.Tenant;
        var task = new CancelTask(tenant, one.Id);
        if (AskedOf(one.Id.Shard) is { } silo && silo.Engine.Post(one.Id.Shard, new UrgentCommand { Kind = CommandKind.Cancel, Target = task }))
        {
            cancelsAsked.Add((silo, task));
            if (!isOthers)
            {
                Verdicts.CancelAsked(one.Id);
            }

            Order.Deferred(one.Id.Head); // taken out of its lane; if the cancel comes to nothing, it comes back to it
            return true;
        }

        return false;
    }

    private bool Talk()
    {
        int shard = Shards[Random.Next(Shards.Length)];
        ConversationChange change = Random.Next(5) switch
        {
            0 => ConversationChange.Close,
            1 => ConversationChange.Reopen,
            2 => ConversationChange.Touch,
            3 => ConversationChange.Unassign,
            _ => ConversationChange.Assign((ulong)(1 + Random.Next(5)), "agent"),
        };
        TenantPlan tenant = Plan.Tenants[Random.Next(Plan.Tenants.Count)];
        uint sender = ConfigurationOf(Plan).FindTenant(tenant.Number)!.OwnSenders[0].Tag;
        var task = new ConversationTask(tenant.Number, new ConversationId(DrawContact(tenant.Number, shard), sender), change);
        if (AskedOf(shard) is { } silo && silo.Engine.Post(shard, new UrgentCommand { Kind = CommandKind.Conversation, Target = task }))
        {
            talksAsked.Add((silo, task));
            return true;
        }

        return false;
    }

    private bool Write()
    {
        TenantPlan tenant = Plan.Tenants[Random.Next(Plan.Tenants.Count)];
        return Phones.Write(tenant.Number, DrawNumber(tenant.Number, "sms", Shards[Random.Next(Shards.Length)]), tenant.AllSenders[0]);
    }

    // A message of one tenant, sometimes asked for by another.
    private bool Peek()
    {
        if (DrawAccepted() is not { } one || AskedOf(one.Id.Shard) is not { } silo)
        {
            return false;
        }

        var task = new PeekTask(1 + Random.Next(Plan.Tenants.Count + 1), one.Id);
        if (task.Tenant != one.Wish.Tenant)
        {
            Coverage.Count("act: a look at another's message");
            bool shown = silo.Journal.FindMessageAsync(task.Tenant, one.Id, CancellationToken.None).AsTask().GetAwaiter().GetResult() is not null;
            Violation.Unless(!shown, $"tenant {task.Tenant} was shown {one.Id} of tenant {one.Wish.Tenant}");
        }

        if (silo.Engine.Post(one.Id.Shard, new UrgentCommand { Kind = CommandKind.Peek, Target = task }))
        {
            looksAsked.Add((silo, task));
        }

        return true;
    }

    // What was answered holds from this moment on: called after each step.
    private void LookAtAnswers()
    {
        LookAtPurges();
        LookAtUnmatched();
        for (int i = flagsAsked.Count - 1; i >= 0; i--)
        {
            (_, FlagsTask task, Func<FlagBits, bool> holds) = flagsAsked[i];
            if (task.Answer.Task.IsCompleted)
            {
                flagsAsked.RemoveAt(i);
                if (task.Answer.Task.Result is { } kept)
                {
                    var bits = new FlagBits(kept.Bits);
                    Violation.Unless(holds(bits), $"a change of flags of {task.Contact} was answered with {bits}, which is not what was asked for");
                    Ledger.Answered(task.Contact, bits);
                }
            }
        }

        for (int i = cancelsAsked.Count - 1; i >= 0; i--)
        {
            CancelTask task = cancelsAsked[i].Task;
            if (task.Answer.Task.IsCompleted)
            {
                cancelsAsked.RemoveAt(i);
                OnCancelAnswered(task);
            }
        }

        for (int i = talksAsked.Count - 1; i >= 0; i--)
        {
            if (talksAsked[i].Task.Answer.Task is { IsCompleted: true } answer)
            {
                talksAsked.RemoveAt(i);
                if (answer.Result is { KeySlot: not 0 } kept)
                {
                    Ledger.Answered(kept);
                }
            }
        }

        for (int i = looksAsked.Count - 1; i >= 0; i--)
        {
            PeekTask task = looksAsked[i].Task;
            if (task.Answer.Task.IsCompleted)
            {
                looksAsked.RemoveAt(i);
                int owner = Ledger.Accepted[task.Message].Tenant;
                Violation.Unless(!task.Answer.Task.Result.Found || task.Tenant == owner, $"tenant {task.Tenant} was told of {task.Message} of tenant {owner}");
            }
        }
    }

    private void OnCancelAnswered(CancelTask task)
    {
        int owner = Ledger.Accepted[task.Message].Tenant;
        CancelOutcome outcome = task.Answer.Task.Result;
        Violation.Unless(task.Tenant == owner || outcome is CancelOutcome.NotFound or CancelOutcome.Unavailable, $"tenant {task.Tenant} was answered {outcome} for {task.Message} of tenant {owner}");
        if (outcome == CancelOutcome.Cancelled)
        {
            Coverage.Count("act: cancelled");
            cancelled.Add(task.Message);
        }
        else if (outcome == CancelOutcome.AlreadyLeft)
        {
            Coverage.Count("act: cancel came too late");
        }
    }

    // Nobody answers for a silo that died.
    private void Forget(SimulatedSilo dead)
    {
        flagsAsked.RemoveAll(a => a.Silo == dead);
        cancelsAsked.RemoveAll(a => a.Silo == dead);
        looksAsked.RemoveAll(a => a.Silo == dead);
        talksAsked.RemoveAll(a => a.Silo == dead);
        purges.RemoveAll(p => p.Silo == dead);
    }

    // Whoever has the shard, sometimes one that has it no more.
    private SimulatedSilo? AskedOf(int shard) => Chance(0.85) && OwnerOf(shard) is { IsFrozen: false } owner ? owner : Running();

    private Posted? DrawAccepted()
    {
        for (int i = 0; i < 8 && posts.Count > 0; i++)
        {
            Posted one = posts[^(1 + Random.Next(Math.Min(posts.Count, 200)))];
            if (one.IsAccepted)
            {
                return one;
            }
        }

        return null;
    }

    private ContactId DrawContact(int tenant, int shard) => Addresses.Contact(tenant, "sms", DrawNumber(tenant, "sms", shard));
}
