using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Grains.Webhooks;

namespace Router.FrontDoor.Events;

/// <summary>
/// What a batch of events tells beside its entries: references of messages, inbound messages whole, names of webhooks. Fetched for each batch anew: nothing personal is held longer than it is needed, so an erasure has nothing
/// to take out here.
/// </summary>
internal sealed class References(IJournal journal, IWebhooks webhooks)
{
    private readonly Dictionary<MessageId, byte[]?> found = [];
    private readonly Dictionary<int, string?> names = [];
    private readonly List<(MessageId Id, Task<StoredMessage?> Look)> looks = [];

    /// <summary>Fetches what <paramref name="events"/> need, all at a time.</summary>
    internal async ValueTask FetchAsync(int tenant, StructList<LogEvent> events, CancellationToken cancellationToken)
    {
        Forget();
        Begin(tenant, events, cancellationToken);
        foreach ((MessageId id, Task<StoredMessage?> look) in looks)
        {
            StoredMessage? message = await look;
            found[id] = message?.Record;
        }

        looks.Clear();
        if (names.Count > 0)
        {
            await FetchNamesAsync(tenant, cancellationToken);
        }
    }

    /// <summary>The reference of an event's message; empty where it has none, or where it was erased.</summary>
    internal ReadOnlySpan<byte> Of(in JournalEntry entry, out bool erased)
    {
        erased = false;
        if (!Needs(entry) || !found.TryGetValue(entry.Message, out byte[]? record))
        {
            return default;
        }

        erased = record is null;
        return record is null ? default : MessageRecord.Read(record).Reference;
    }

    /// <summary>The record of an inbound message that an event tells of; empty where it is none, or where it was erased.</summary>
    internal ReadOnlySpan<byte> InboundOf(in JournalEntry entry) =>
        entry.Direction == MessageDirection.Inbound && found.TryGetValue(entry.Message, out byte[]? record) ? record : default;

    /// <summary>Lets go of what was fetched: a stream may have nothing to tell for days.</summary>
    internal void Forget()
    {
        found.Clear();
        names.Clear();
    }

    /// <summary>The name of the webhook that a notice is about; null: none, or it was removed.</summary>
    internal string? WebhookOf(in JournalEntry entry) => IsOfWebhook(entry) ? names.GetValueOrDefault(entry.Provider) : null;

    private static bool IsOfWebhook(in JournalEntry entry) => entry is { Kind: EntryKind.Notice, Notice: NoticeKind.WebhookDisabled };

    private async ValueTask FetchNamesAsync(int tenant, CancellationToken cancellationToken)
    {
        foreach (int number in names.Keys.ToArray())
        {
            names[number] = await webhooks.NameOfAsync(tenant, number, cancellationToken);
        }
    }

    private static bool Needs(in JournalEntry entry) => entry.Kind == EntryKind.Status && (entry.HasReference || entry.Direction == MessageDirection.Inbound);

    private void Begin(int tenant, StructList<LogEvent> events, CancellationToken cancellationToken)
    {
        foreach (ref readonly LogEvent one in events.Span)
        {
            if (Needs(one.Entry) && found.TryAdd(one.Entry.Message, null))
            {
                looks.Add((one.Entry.Message, journal.FindMessageAsync(tenant, one.Entry.Message, cancellationToken).AsTask()));
            }
            else if (IsOfWebhook(one.Entry))
            {
                names.TryAdd(one.Entry.Provider, null);
            }
        }
    }
}
