using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;

namespace Router.Engine.Tests.Chaos;

/// <summary>
/// The limits of a run and what left under them: no window may see more than its count, whoever owned the shard meanwhile. Rates are each silo's own here (there is no lender over silos), but
/// hold over its restarts; the recipient's limit holds over all.
/// </summary>
internal sealed class ChaosLimits
{
    private readonly Dictionary<(string Of, int Silo, uint Part), List<long>> rates = [];
    private readonly Dictionary<ContactId, List<Leaving>> left = [];
    private readonly Dictionary<MessageId, int> keptLeavings = [];
    private readonly HashSet<(MessageId, long Epoch, long ReleaseEnd)> released = [];
    private readonly HashSet<(MessageId, long Epoch, long ReleaseEnd)> counted = [];
    private readonly HashSet<(MessageId, long Epoch)> takenInPart = [];
    private bool wallClockWasSet;

    public ChaosLimits(Random random)
    {
        PerRecipient = random.Next(3) > 0 ? new RecipientLimit(1 + random.Next(3), 1 + random.Next(5)) : null;
        PerTenant = random.Next(3) == 0 ? 2 + random.Next(10) : null;
        PerSender = random.Next(3) == 0 ? 2 + random.Next(10) : null;
        PerProvider = random.Next(3) == 0 ? 2 + random.Next(10) : null;
    }

    public RecipientLimit? PerRecipient { get; }

    public int? PerTenant { get; }

    public int? PerSender { get; }

    public int? PerProvider { get; }

    /// <summary>Departures that were looked at against the recipient's limit.</summary>
    public int Counted => counted.Count;

    /// <summary>A wall clock set forth while no owner runs can't be told (ARCHITECTURE): from now on the recipient's windows say nothing.</summary>
    public void WallClockWasSet() => wallClockWasSet = true;

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

    /// <summary>A segment is written. Times are monotonic ms.</summary>
    public void Written(ChaosFlight flight, int silo, int provider, AcceptedMessage message, bool isSentInPart, bool leaves, long now)
    {
        Count(PerProvider, ("provider", silo, (uint)provider), now);
        (MessageId, long, long) release = (flight.Message, flight.Epoch, flight.ReleaseEnd);
        if (released.Add(release))
        {
            Count(PerTenant, ("tenant", silo, 1), now);
            Count(PerSender, ("sender", silo, message.Sender), now);
        }

        if (PerRecipient is { } limit && !wallClockWasSet && leaves && !isSentInPart && !takenInPart.Contains((flight.Message, flight.Epoch)) && counted.Add(release))
        {
            Leave(limit, message, now);
        }
    }

    private static string Say(IEnumerable<Leaving> leavings) => string.Join(' ', leavings.Select(static l => $"{l.Message}/{l.Kept}@{l.AtMs}"));

    private void Leave(RecipientLimit limit, in AcceptedMessage message, long now)
    {
        if (!left.TryGetValue(message.Contact, out List<Leaving>? all))
        {
            left.Add(message.Contact, all = []);
        }

        all.Add(new Leaving(message.Id, keptLeavings.GetValueOrDefault(message.Id), now));

        // Departures of one message of which no end was kept in between are one and its duplicates.
        Leaving[] window = [.. all.Where(l => l.AtMs >= now - (limit.WindowSeconds * 1_000L)).DistinctBy(static l => (l.Message, l.Kept))];
        Assert.True(window.Length <= limit.Count, $"{window.Length} messages to a contact in {limit.WindowSeconds} s, {limit.Count} are allowed: {Say(window)}");
    }

    private void Count(int? perSecond, (string Of, int Silo, uint Part) key, long now)
    {
        if (perSecond is not { } max)
        {
            return;
        }

        if (!rates.TryGetValue(key, out List<long>? times))
        {
            rates.Add(key, times = []);
        }

        times.Add(now);
        int inWindow = times.Count(t => t > now - 1_000);
        Assert.True(inWindow <= max, $"{inWindow} departures of {key} in one second, {max} are allowed");
    }

    private readonly record struct Leaving(MessageId Message, int Kept, long AtMs);
}
