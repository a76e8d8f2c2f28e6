using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Simulation.Model;

namespace Router.Simulation;

/// <summary>
/// What left under the limits of a run: no second may see more than was allowed at any time in it, whoever owned the shard meanwhile. Rates are each silo's own (there is no lender over silos yet), but
/// hold over its restarts; the recipient's limit holds over all. A limit that is set anew holds once a silo has heard of it.
/// </summary>
internal sealed class LimitChecks(SimulationRun run)
{
    private const long Second = 1_000 * SimulatedTime.TicksAMs;

    // A silo heard of the new limit, its dispatcher may not have come to it yet.
    private const long Grace = 2 * Second;
    private readonly SlidingWindows windows = new(Second);
    private readonly List<(long At, Plan Plan)>[] plans = [[], [], [], [], []];
    private readonly Dictionary<ContactId, List<Leaving>> left = [];
    private readonly Dictionary<MessageId, int> keptLeavings = [];
    private readonly HashSet<(MessageId, long Epoch, long ReleaseEnd)> released = [];
    private readonly HashSet<(MessageId, long Epoch, long ReleaseEnd)> counted = [];
    private readonly HashSet<(MessageId, long Epoch)> takenInPart = [];
    private bool wallClockWasSet;

    /// <summary>A wall clock set forth while no owner runs can't be told (ARCHITECTURE): from now on the recipient's windows say nothing.</summary>
    public void WallClockWasSet() => wallClockWasSet = true;

    /// <summary>A silo hears of a plan.</summary>
    public void Applied(int silo, Plan plan) => plans[silo].Add((run.Time.GetTimestamp(), plan));

    /// <summary>What was in force in a silo at some moment since <paramref name="from"/>, the newest first.</summary>
    public IEnumerable<Plan> InForce(int silo, long from)
    {
        List<(long At, Plan Plan)> heard = plans[silo];
        for (int i = heard.Count - 1; i >= 0; i--)
        {
            yield return heard[i].Plan;
            if (heard[i].At < from)
            {
                break;
            }
        }
    }

    /// <summary>The store kept an entry: another departure of its message needs another place.</summary>
    public void Kept(in JournalEntry entry)
    {
        if (entry.HasLeft)
        {
            keptLeavings[entry.Message] = keptLeavings.GetValueOrDefault(entry.Message) + 1;
        }
    }

    /// <summary>The provider says that it took a segment: to the recipient's limit the message has left, the rest needs no place.</summary>
    public void Taken(MessageId message, long epoch) => takenInPart.Add((message, epoch));

    /// <summary>An account was handed more. What it has in flight was asked for since its window was as it was then, or later; of a release's end is known when that was asked for at the earliest.</summary>
    public void Handed(int silo, int account, int inFlight, long releaseEnd)
    {
        int allowed = InForce(silo, AskedFrom(releaseEnd)).Max(p => Math.Min(SimulatedProvider.WindowMax, p.Account(account).InFlight));
        Violation.Unless(inFlight <= allowed, $"account {account} has {inFlight} segments in flight in silo {silo}, {allowed} are allowed");
        if (inFlight == allowed)
        {
            run.Coverage.Count("act: a window was full");
        }
    }

    /// <summary>A release ends at most so long after it was asked for; whoever answered it went by what its silo had heard by then.</summary>
    public long AskedFrom(long releaseEnd) => releaseEnd - (run.Options.ReleaseMs * SimulatedTime.TicksAMs);

    /// <summary>A segment is written.</summary>
    public void Written(Flight flight, int silo, int account, in AcceptedMessage message, bool isSentInPart, bool leaves)
    {
        long now = run.Time.GetTimestamp();
        Count(("account", silo, account, ""), now, p => p.Account(account).PerSecond);
        (MessageId, long, long) release = (flight.Message, flight.Epoch, flight.ReleaseEnd);
        int tenant = message.Tenant;
        if (released.Add(release))
        {
            Count(("tenant", silo, tenant, ""), now, p => p.Tenant(tenant).PerSecond);
            Count(("sender", silo, tenant, message.Sender.ToString(System.Globalization.CultureInfo.InvariantCulture)), now, p => p.Tenant(tenant).PerSender);
            if (message.Channel == Channel.Sms)
            {
                Count(("sms", silo, tenant, ""), now, p => p.Tenant(tenant).PerSms);
            }
        }

        if (run.Plan.Tenant(tenant).PerRecipient is { } limit && !wallClockWasSet && leaves && !isSentInPart && !takenInPart.Contains((flight.Message, flight.Epoch)) && counted.Add(release))
        {
            Leave(limit, message, now / SimulatedTime.TicksAMs);
        }
    }

    private void Leave((int Count, int WindowSeconds) limit, in AcceptedMessage message, long nowMs)
    {
        if (!left.TryGetValue(message.Contact, out List<Leaving>? all))
        {
            left.Add(message.Contact, all = []);
        }

        all.RemoveAll(l => l.AtMs < nowMs - (limit.WindowSeconds * 1_000L));
        all.Add(new Leaving(message.Id, keptLeavings.GetValueOrDefault(message.Id), nowMs));

        // Departures of one message of which no end was kept in between are one and its duplicates.
        int inWindow = all.DistinctBy(static l => (l.Message, l.Kept)).Count();
        Violation.Unless(
            inWindow <= limit.Count,
            $"{inWindow} messages to a contact in {limit.WindowSeconds} s, {limit.Count} are allowed: {string.Join(' ', all.Select(static l => $"{l.Message}/{l.Kept}@{l.AtMs}"))}");
    }

    private void Count((string Of, int Silo, int Number, string Part) key, long now, Func<Plan, int?> limit)
    {
        int inWindow = windows.Count(key, now);
        int allowed = 0;
        List<(long At, Plan Plan)> all = plans[key.Silo];
        for (int i = all.Count - 1; i >= 0; i--)
        {
            allowed = Math.Max(allowed, limit(all[i].Plan) ?? int.MaxValue);
            if (all[i].At < now - Second - Grace)
            {
                break;
            }
        }

        Violation.Unless(inWindow <= allowed, $"{inWindow} departures of {key.Of} {key.Number} {key.Part} by silo {key.Silo} in one second, {allowed} are allowed");
    }

    private readonly record struct Leaving(MessageId Message, int Kept, long AtMs);
}
