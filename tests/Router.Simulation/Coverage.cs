using System.Runtime.InteropServices;

namespace Router.Simulation;

/// <summary>How often each thing happened. Of what is named in <see cref="Expected"/> a long run must have seen each: a fault that never happens proves nothing.</summary>
internal sealed class Coverage
{
    private readonly Dictionary<string, long> counts = new(StringComparer.Ordinal);

    /// <summary>Seeds after which everything must have happened.</summary>
    public const int SeedsForAll = 200;

    public static IReadOnlyList<string> Expected { get; } =
    [
        "fault: a call came late", "fault: a call was lost", "fault: an answer was lost", "fault: a call hung as its silo died",
        "fault: a write failed", "fault: the disk was full", "fault: an fsync failed", "fault: a part was fenced", "fault: a read failed",
        "fault: power cut, a write was lost", "fault: power cut, the last write was torn", "fault: power cut, a write survived",
        "fault: killed with a write under way", "fault: a silo died", "fault: a silo died with messages in flight", "fault: a silo froze", "fault: a silo woke after its lease",
        "fault: a shard moved with messages in flight", "fault: a late owner was fenced", "fault: the wall clock jumped back", "fault: the wall clock jumped ahead",
        "fault: throttled", "fault: failed", "fault: refused", "fault: unknown, carried", "fault: unknown, not carried", "fault: lapsed", "fault: unsent", "fault: an answer came after the release ended",
        "fault: a link dropped", "fault: a breaker opened", "fault: a receipt before its answer", "fault: a receipt doubled", "fault: a receipt for nobody", "fault: a receipt by another silo", "fault: a receipt under a key that was used before",
        "fault: a duplicate left after an owner was lost", "fault: a webhook's receiver failed", "fault: a webhook's answer was lost", "fault: a webhook's silo died",
        "fault: malformed body", "fault: a request was sent again", "fault: the configuration came late",
        "change: routes", "change: a limit", "change: consent", "change: credit", "change: keys", "change: senders", "change: a provider", "change: a provider drains",
        "act: accepted", "act: repeated", "act: other body", "act: not kept", "act: no owner", "act: queue full", "act: tenant full", "act: by another silo",
        "act: cancelled", "act: cancel came too late", "act: fallback woken", "act: fallback cancelled", "act: an end user wrote", "act: STOP", "act: a look at another's message",
        "act: purged", "act: shares", "act: shares beside long messages", "act: a limit was used up", "act: queues looked at", "act: a purge was refused", "act: order compared",
        "act: order compared after a recovery", "act: a window was full", "act: as many waited as may", "act: the same words again", "act: an id of another account", "act: another's id",
        "act: a reference used again", "act: shards took turns at a limit", "act: urgent ones behind others", "act: a mix at a limit", "act: a mix that uses up a limit", "act: unmatched full",
        "act: events read", "act: a webhook delivered",
        "verdict: queued Limit", "verdict: queued Retry", "verdict: queued QuietHours", "verdict: queued ProviderDown",
        "verdict: sent", "verdict: delivered", "verdict: read", "verdict: undelivered", "verdict: expired", "verdict: cancelled",
        "verdict: rejected ConsentMissing", "verdict: rejected OptedOut", "verdict: rejected Suppressed", "verdict: rejected Restricted", "verdict: rejected Underage",
        "verdict: rejected NoRoute", "verdict: rejected SenderNotAllowed", "verdict: rejected RegionForbidden", "verdict: rejected CreditExhausted",
        "fault: a record was read again", "fault: a slice was offered again", "fault: a way moved", "fault: a way moved in the middle of a slice", "fault: two read one way", "fault: a group was set back",
        "fault: a record that nobody can read", "fault: a record of nobody's", "fault: a record was written twice", "fault: an id was used again",
        "fault: a producer failed", "fault: a record was written and not told", "fault: an event was written twice", "act: an offset was committed", "act: an event was written", "act: a record by another silo",
        "act: dead letter malformed_json", "act: dead letter idempotency_key_reused", "act: dead letter over_bound", "act: dead letter tenant_missing", "act: the place of events was kept",
        "run: with Kafka", "run: one silo", "run: two silos", "run: three silos", "run: four silos", "run: five silos",
    ];

    public void Count(string what) => CollectionsMarshal.GetValueRefOrAddDefault(counts, what, out _)++;

    public void Add(Coverage other)
    {
        foreach ((string what, long count) in other.counts)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(counts, what, out _) += count;
        }
    }

    public long Of(string what) => counts.GetValueOrDefault(what);

    /// <summary>What was expected and never happened.</summary>
    public IReadOnlyList<string> Missing() => [.. Expected.Where(e => Of(e) == 0)];

    /// <summary>All that is expected, in its order, then what else was seen.</summary>
    public IEnumerable<(string What, long Count)> All() => Expected.Concat(counts.Keys.Except(Expected).Order(StringComparer.Ordinal)).Select(w => (w, Of(w)));
}
