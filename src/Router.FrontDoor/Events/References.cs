using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.FrontDoor.Events;

/// <summary>
/// The references of the messages that a batch of events tells of. Fetched for each batch anew: nothing personal is held longer than it is needed, so an erasure has nothing
/// to take out here.
/// </summary>
internal sealed class References(IJournal journal)
{
    private readonly Dictionary<MessageId, byte[]?> found = [];
    private readonly List<(MessageId Id, Task<StoredMessage?> Look)> looks = [];

    /// <summary>Fetches what <paramref name="events"/> need, all at a time.</summary>
    internal async ValueTask FetchAsync(int tenant, StructList<LogEvent> events, CancellationToken cancellationToken)
    {
        found.Clear();
        Begin(tenant, events, cancellationToken);
        foreach ((MessageId id, Task<StoredMessage?> look) in looks)
        {
            StoredMessage? message = await look;
            found[id] = message?.Record is { } record ? MessageRecord.Read(record).Reference.ToArray() : null;
        }

        looks.Clear();
    }

    /// <summary>The reference of an event's message; empty where it has none, or where it was erased.</summary>
    internal ReadOnlySpan<byte> Of(in JournalEntry entry, out bool erased)
    {
        erased = false;
        if (!entry.HasReference || !found.TryGetValue(entry.Message, out byte[]? reference))
        {
            return default;
        }

        erased = reference is null;
        return reference;
    }

    /// <summary>Lets go of what was fetched: a stream may have nothing to tell for days.</summary>
    internal void Forget() => found.Clear();

    private void Begin(int tenant, StructList<LogEvent> events, CancellationToken cancellationToken)
    {
        foreach (ref readonly LogEvent one in events.Span)
        {
            if (one.Entry.HasReference && one.Entry.Kind == EntryKind.Status && found.TryAdd(one.Entry.Message, null))
            {
                looks.Add((one.Entry.Message, journal.FindMessageAsync(tenant, one.Entry.Message, cancellationToken).AsTask()));
            }
        }
    }
}
