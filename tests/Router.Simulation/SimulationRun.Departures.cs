using Router.Core.Messages;
using Router.Engine.Dispatch;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Simulation.Model;

namespace Router.Simulation;

/// <content>What must hold as a message leaves.</content>
internal sealed partial class SimulationRun
{

    /// <summary>A message, or what is left of it, was handed to a provider.</summary>
    public void OnHandedOver(in Departure departure, SimulatedSilo silo, int account, Envelope envelope)
    {
        MessageId message = departure.Id;
        string text = envelope.Text;
        handed.Add(message);
        if (Trace is not null)
        {
            Say($"{message} is handed to account {account}: {text}");
        }

        Violation.Unless(Ledger.Accepted.TryGetValue(message, out AcceptedMessage accepted), $"{message} left and was never kept");
        Violation.Unless(
            Addresses.Contact(accepted.Tenant, envelope.Channel, envelope.To) == accepted.Contact, $"{message} left to {envelope.Channel}:{envelope.To}, which is not its contact {accepted.Contact}");
        if (accepted.IsReply)
        {
            Violation.Unless(text.StartsWith("Acme:", StringComparison.Ordinal), $"the reply {message} left with the text {text}");
            return;
        }

        Violation.Unless(Ledger.WishOf(message)!.Text == text, $"{message} left with the text {text}, it was posted with {Ledger.WishOf(message)!.Text}");
        Wish wish = Ledger.WishOf(message)!;
        bool isWished = envelope.Channel == wish.Channel && envelope.To == wish.To && (wish.From is null ? Plan.Tenant(wish.Tenant).AllSenders.Contains(envelope.From) : envelope.From == wish.From);
        Violation.Unless(isWished, $"{message} left as {envelope}, it was posted as {wish}");
        if (takesTurns)
        {
            turns.AddRange(Enumerable.Repeat(wish, departure.SegmentCount));
        }

        LookAtBreakers(silo);
        LookAtOrder(departure, accepted, wish, silo, account);
    }

    private void LookAtOrder(in Departure departure, in AcceptedMessage accepted, Wish wish, SimulatedSilo silo, int account)
    {
        MessageId message = departure.Id;
        bool isSms = accepted.Channel == Channel.Sms;
        Plan[] plans = [.. Verdicts.PlansFor(message, silo)];
        HashSet<int> ways = [.. plans.SelectMany(p => p.AccountsFor(isSms).Where(a => Rules.Fits(wish.Region ?? p.Tenant(wish.Tenant).Region, a.Region))).Select(static a => a.Number)];
        bool isRepriced = isSms && plans.Any(p => p.Tenant(wish.Tenant).Price != plans[0].Tenant(wish.Tenant).Price);
        ulong before = Order.Handed(
            message.Head, ((accepted.Contact, accepted.Sender, wish.Region), wish.Purpose, wish.Priority, account, departure.Epoch), silo.Number, ways, isRepriced, out bool isCompared);
        if (isCompared)
        {
            Coverage.Count(Order.IsRecovered(message.Head, departure.Epoch) ? "act: order compared after a recovery" : "act: order compared");
        }

        Violation.Unless(
            before == 0,
            $"{message} ({wish.Text}) was handed to account {account} after {before:x}, which was accepted after it, of its conversation, purpose and priority: {wish} {Ledger.WishOf(Ledger.Accepted.FirstOrDefault(m => m.Key.Head == before).Key)}");
    }

    /// <summary>A segment leaves the house; returns the key of its receipt.</summary>
    public ulong OnWritten(Flight flight, SimulatedSilo silo, int account)
    {
        LookAtAnswers();
        (MessageId message, byte segment, OutcomeKind kind) = (flight.Message, flight.Segment, flight.Kind);
        departures.Add((Time.GetTimestamp(), message));
        AcceptedMessage accepted = Ledger.Accepted[message];
        Wish? wish = Ledger.WishOf(message);
        string purpose = wish?.Purpose ?? PurposeWords[(int)accepted.Purpose];
        Violation.Unless(!accepted.IsDormant || Ledger.IsFallbackDone(message), $"{message} left, a fallback that was not woken");

        // What an owner released before it lost its shard may still leave, as one of the duplicates that are counted.
        Violation.Unless(!Ledger.IsSent(message, segment) || flight.Epoch != Store.EpochOf(message.Shard), $"segment {segment} of {message} is kept as sent and left again");
        Violation.Unless(
            accepted.Segments > 1 || !Ledger.HasEnded(message) || flight.Epoch != Store.EpochOf(message.Shard), $"{message} left after its end was kept"); // a receipt may end a long one while others of its segments leave
        Violation.Unless(!cancelled.Contains(message), $"{message} left after its cancel was answered");
        Violation.Unless(!Ledger.Forbids(accepted.Contact, purpose, accepted.ConfirmsStop), $"segment {segment} of {message} left, which flags answered before forbid");
        LookAtWay(flight, accepted, silo, account);
        if (wish is not null)
        {
            LookAtTimes(message, accepted, wish);
            string? region = wish.Region ?? Plan.Tenant(wish.Tenant).Region;
            Violation.Unless(Rules.Fits(region, Plan.Account(account).Region), $"{message} left by account {account}, it must stay in {region}");
        }

        string? twice = Duplicates.Written(message.Head, segment, message.Shard, flight.Epoch, account, out bool isDuplicate);
        Violation.Unless(twice is null, $"segment {segment} of {message}: {twice}");
        if (isDuplicate)
        {
            Coverage.Count("fault: a duplicate left after an owner was lost");
        }

        Limits.Written(flight, silo.Number, account, accepted, Ledger.IsSentInPart(message), leaves: kind != OutcomeKind.Throttled);
        bool carried = kind == OutcomeKind.Sent || (kind == OutcomeKind.Unknown && Chance(0.5));
        Coverage.Count(kind switch
        {
            OutcomeKind.Throttled => "fault: throttled", OutcomeKind.Failed => "fault: failed", OutcomeKind.Refused => "fault: refused",
            OutcomeKind.Unknown => carried ? "fault: unknown, carried" : "fault: unknown, not carried", _ => "act: sent",
        });
        return carried ? Carriers.Take(message, segment, account, accepted.Segments > 1) : 0;
    }

    /// <summary>The provider tells what became of a segment.</summary>
    public void OnTold(Flight flight, int account, OutcomeKind kind)
    {
        if (Trace is not null)
        {
            Say($"account {account} tells of segment {flight.Segment} of {flight.Message}, epoch {flight.Epoch}: {kind}");
        }

        Verdicts.Told(flight, kind);
        switch (kind)
        {
            case OutcomeKind.Sent:
                Limits.Taken(flight.Message, flight.Epoch);
                Duplicates.Told(flight.Message.Head, flight.Segment, flight.Epoch, mayRepeat: false, mayBeThere: true);
                break;
            case OutcomeKind.Lapsed:
                Coverage.Count("fault: lapsed");
                break;
            case OutcomeKind.Unsent:
                Coverage.Count("fault: unsent");
                break;
            default:
                Duplicates.Told(flight.Message.Head, flight.Segment, flight.Epoch, mayRepeat: kind != OutcomeKind.Refused, mayBeThere: kind == OutcomeKind.Unknown);
                break;
        }

        if (flight.Kind != default && Time.GetTimestamp() > flight.ReleaseEnd)
        {
            Coverage.Count("fault: an answer came after the release ended");
        }
    }

    // What was taken up counts, and is taken whatever waits. Not what a younger owner elsewhere took: the silo does not know yet that it lost that shard.
    private void LookAtWaiting()
    {
        foreach (SimulatedSilo silo in silos)
        {
            foreach (TenantPlan tenant in Plan.Tenants)
            {
                int waiting = Shards.Where(s => silo.Engine.StateOf(s) is { } owned && owned.Epoch == Ledger.EpochOf(s)).Sum(s => Ledger.UnfinishedOf(tenant.Number, s));
                int allowed = tenant.WaitingMax + silo.TakenUpOf(tenant.Number);
                Violation.Unless(waiting <= allowed, $"{waiting} messages of tenant {tenant.Number} wait in silo {silo.Number}, {tenant.WaitingMax} are allowed and {silo.TakenUpOf(tenant.Number)} were taken up");
                if (waiting >= tenant.WaitingMax)
                {
                    Coverage.Count("act: as many waited as may");
                }
            }
        }
    }

    private void LookAtBreakers(SimulatedSilo silo)
    {
        IReadOnlyList<ProviderLink> links = silo.Engine.Dispatcher.Links; // by index: this is called more often than anything else
        for (int i = 0; i < links.Count; i++)
        {
            if (links[i].Breaker.State != BreakerState.Closed)
            {
                Coverage.Count("fault: a breaker opened");
                Order.Trial(silo.Number, links[i].Account.Number, Time.GetTimestamp());
            }
        }
    }

    // Who asked for it knew of all that his silo had heard, and so did who answered.
    private void LookAtWay(Flight flight, in AcceptedMessage accepted, SimulatedSilo silo, int account)
    {
        (int tenant, bool isSms) = (accepted.Tenant, accepted.Channel == Channel.Sms);
        Plan[] plans = [.. Limits.InForce(silo.Number, Limits.AskedFrom(flight.ReleaseEnd))];
        Violation.Unless(plans.Any(p => p.Tenant(tenant).Senders.Contains(flight.From)), $"{flight.Message} left with the sender {flight.From}, which was not tenant {tenant}'s");
        Violation.Unless(plans.Any(p => p.AccountsFor(isSms).Any(a => a.Number == account)), $"{flight.Message} left by account {account}, which was not on its route");
        Violation.Unless(plans.Any(p => !p.Account(account).Drains), $"{flight.Message} left by account {account}, which drains");
    }

    private void LookAtTimes(MessageId message, in AcceptedMessage accepted, Wish wish)
    {
        long nowMs = Time.NowMs;
        long endsMs = Rules.ValidUntilMs(accepted.NotBeforeMs == 0 ? wish with { ScheduleAtMs = 0 } : wish, accepted.AcceptedAtMs);
        Violation.Unless(nowMs < Rules.MayNotLeaveFromMs(endsMs), $"{message} left at {nowMs}, its validity ended at {endsMs}");

        // By the wall clock alone; a clock that was set since the release was given cannot be known to whoever holds it.
        if (Time.GetTimestamp() - clockSetAt > Options.ReleaseMs * SimulatedTime.TicksAMs)
        {
            // One whose time had come stays due when the clock is set back.
            Violation.Unless(nowMs >= accepted.NotBeforeMs || ClockWasSet, $"{message} left at {nowMs}, it was scheduled for {accepted.NotBeforeMs}");
            bool isQuiet = wish.IsMarketing && Plan.Tenant(wish.Tenant).Quiet is { } quiet && Rules.IsQuiet(quiet, nowMs);
            Violation.Unless(!isQuiet, $"{message} left in quiet hours, at {Time.GetUtcNow():T}");
        }
    }
}
