namespace Router.Simulation.Model;

/// <summary>
/// First attempts of a conversation, purpose and priority are handed over in the order in which the messages were accepted. One that was deferred or retried holds nobody back, and comes when it comes;
/// so does one that waited while a provider was tried again, because some go to it as trials, or while a price changed, because messages of different prices wait apart. Messages that must stay in
/// different regions have different ways. One that comes under a younger ownership than it was accepted under may have been decided against by the older, which nobody kept.
/// </summary>
internal sealed class DepartureOrder
{
    private readonly Dictionary<(object Conversation, string Purpose, string Priority, int Provider), ulong> last = [];
    private readonly Dictionary<ulong, (long At, long Epoch)> accepted = [];
    private readonly HashSet<ulong> handed = [];
    private readonly HashSet<ulong> excused = [];
    private long triedAt = long.MinValue;

    public void Accepted(ulong message, long now, long epoch) => accepted.Add(message, (now, epoch));

    /// <summary>The message waited for a time of its own: from now on it has no place.</summary>
    public void Deferred(ulong message) => excused.Add(message);

    /// <summary>Some provider is being tried again.</summary>
    public void Trial(long now) => triedAt = now;

    /// <summary>A silo hears of other prices.</summary>
    public void Repriced(long now) => triedAt = now;

    /// <summary>A message is handed to a provider; returns one that was accepted after it and handed over before it, 0: none was.</summary>
    public ulong Handed(ulong message, object conversation, string purpose, string priority, int provider, long epoch)
    {
        if (!handed.Add(message) || excused.Contains(message) || accepted[message].At <= triedAt || accepted[message].Epoch != epoch)
        {
            return 0;
        }

        (object, string, string, int) key = (conversation, purpose, priority, provider);
        if (last.TryGetValue(key, out ulong before) && message < before)
        {
            return before;
        }

        last[key] = message;
        return 0;
    }
}
