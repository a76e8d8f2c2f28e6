using System.Runtime.CompilerServices;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Grains.Webhooks;

namespace Router.FrontDoor.Events;

/// <summary>
/// What a batch of events tells beside its entries: references of messages, inbound messages whole, names of webhooks. Fetched for each batch anew: nothing personal is held longer than it is needed, so an erasure has nothing
/// to take out here. From <see cref="ReferencesPool"/>.
/// </summary>
/// <remarks>Near 0 B an event: one question a batch, whose answers lie in room that is used again.</remarks>
internal sealed class References(IJournal journal, IWebhooks webhooks)
{
    // A batch of references has about 20 KB; long inbound messages may have more, which is let go of.
    private const int BytesKept = 64 * 1024;
    private const int BytesAtFirst = 1024;

    // By message, its place in the items.
    private readonly Dictionary<MessageId, int> found = [];
    private readonly Dictionary<int, string?> names = [];
    private readonly StructList<StoredRecord> items = new(4);
    private ByteList records = new(BytesAtFirst);

    /// <summary>Fetches what <paramref name="events"/> need, all at a time.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask FetchAsync(int tenant, StructList<LogEvent> events, CancellationToken cancellationToken)
    {
        Forget();
        Begin(tenant, events);
        if (items.Count > 0)
        {
            await journal.OpenRecordsAsync(items, records, cancellationToken);
        }

        if (names.Count > 0)
        {
            await FetchNamesAsync(tenant, cancellationToken);
        }
    }

    /// <summary>The reference of an event's message; empty where it has none, or where it was erased.</summary>
    internal ReadOnlySpan<byte> Of(in JournalEntry entry, out bool erased)
    {
        erased = false;
        if (!Needs(entry) || !found.TryGetValue(entry.Message, out int place))
        {
            return default;
        }

        ReadOnlySpan<byte> record = RecordAt(place);
        erased = record.IsEmpty;
        return erased ? default : MessageRecord.Read(record).Reference;
    }

    /// <summary>The record of an inbound message that an event tells of; empty where it is none, or where it was erased.</summary>
    internal ReadOnlySpan<byte> InboundOf(in JournalEntry entry) =>
        entry.Direction == MessageDirection.Inbound && found.TryGetValue(entry.Message, out int place) ? RecordAt(place) : default;

    /// <summary>Lets go of what was fetched, and wipes it.</summary>
    internal void Forget()
    {
        found.Clear();
        names.Clear();
        items.Clear();
        records.Clear(wipe: true);
        if (records.Array.Length > BytesKept)
        {
            records = new ByteList(BytesAtFirst);
        }
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

    private void Begin(int tenant, StructList<LogEvent> events)
    {
        foreach (ref readonly LogEvent one in events.Span)
        {
            if (Needs(one.Entry) && found.TryAdd(one.Entry.Message, items.Count))
            {
                ref StoredRecord item = ref items.Add();
                item.Id = one.Entry.Message;
                item.Tenant = tenant;
            }
            else if (IsOfWebhook(one.Entry))
            {
                names.TryAdd(one.Entry.Provider, null);
            }
        }
    }

    private ReadOnlySpan<byte> RecordAt(int place)
    {
        ref readonly StoredRecord item = ref items[place];
        return records.Span.Slice(item.Offset, item.Length);
    }
}
