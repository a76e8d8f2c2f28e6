namespace Router.Simulation.Model;

/// <summary>
/// First attempts of a conversation, purpose and priority are handed over in the order in which the messages were accepted, under each ownership: one that takes up what others left, too. One that was
/// deferred or retried holds nobody back, and comes when it comes. Where more than one provider may have carried it, so does one that waited while one of them was down, tried again or disabled, because
/// it may have gone from one to the other; and one whose price changed, because messages of different prices wait apart. Messages that must stay in different regions have different ways.
/// </summary>
internal sealed class DepartureOrder
{
    private readonly Dictionary<(object Conversation, string Purpose, string Priority, int Provider, long Epoch), ulong> last = [];
    private readonly Dictionary<ulong, (long At, long Epoch)> accepted = [];
    private readonly HashSet<ulong> handed = [];
    private readonly HashSet<ulong> excused = [];
    private readonly HashSet<ulong> downs = [];
    private readonly Dictionary<ulong, long> places = [];
    private readonly Dictionary<(int Silo, int Provider), long> triedAt = [];

    public void Accepted(ulong message, long now, long epoch) => accepted.Add(message, (now, epoch));

    /// <summary>The message waited for a time of its own: from now on it has no place.</summary>
    public void Deferred(ulong message) => excused.Add(message);

    /// <summary>The message waited for a provider that was down.</summary>
    public void Down(ulong message) => downs.Add(message);

    /// <summary>The message has a place under its recipient's limit: who owns its shard next lets it wait until the owner before cannot use it any more.</summary>
    public void HasPlace(ulong message, long epoch) => places[message] = epoch;

    /// <summary>A provider is being tried again in a silo, or takes nothing there any more.</summary>
    public void Trial(int silo, int provider, long now) => triedAt[(silo, provider)] = now;

    /// <summary>A message is handed to a provider; returns one that was accepted after it and handed over before it, 0: none was.</summary>
    /// <param name="message">The message.</param>
    /// <param name="way">What it must keep its place in, where, and under which ownership.</param>
    /// <param name="silo">That hands it over.</param>
    /// <param name="ways">Providers that may have carried it since it was accepted.</param>
    /// <param name="isRepriced">There were several prices since.</param>
    /// <param name="isCompared">There was one to compare it with.</param>
    public ulong Handed(ulong message, (object Conversation, string Purpose, string Priority, int Provider, long Epoch) way, int silo, IReadOnlyCollection<int> ways, bool isRepriced, out bool isCompared)
    {
        isCompared = false;
        if (!handed.Add(message) || excused.Contains(message) || isRepriced || (places.TryGetValue(message, out long epoch) && epoch != way.Epoch))
        {
            return 0;
        }

        if (ways.Count > 1 && (downs.Contains(message) || ways.Any(w => triedAt.TryGetValue((silo, w), out long at) && at >= accepted[message].At)))
        {
            return 0;
        }

        isCompared = last.TryGetValue(way, out ulong before);
        if (isCompared && message < before)
        {
            return before;
        }

        last[way] = message;
        return 0;
    }

    /// <summary>Whether the message was accepted under another ownership.</summary>
    public bool IsRecovered(ulong message, long epoch) => accepted[message].Epoch != epoch;
}
