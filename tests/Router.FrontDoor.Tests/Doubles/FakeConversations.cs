using System.Collections.Concurrent;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Grains.Conversations;
using Router.Testing;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>What the grains of conversations do, without grains: notes in memory, facts by the shards. Notes die with their contact's key.</summary>
internal sealed class FakeConversations(IShards shards, IJournal journal, PlainSealer sealer, TimeProvider time) : IConversations
{
    private readonly ConcurrentDictionary<(int, ConversationId), (uint Slot, IReadOnlyList<ConversationNote> Notes)> notes = new();
    private readonly ConcurrentDictionary<(int, ConversationId), (uint Count, long AtMs, string? By)> seen = new();

    public async Task<ConversationView> LookAsync(int tenant, ConversationId id, bool counts, string? by, CancellationToken cancellationToken)
    {
        StoredConversation stored = await journal.FindConversationAsync(tenant, id, cancellationToken);
        (uint count, long atMs, string? readBy) = seen.GetValueOrDefault((tenant, id));
        (uint slot, IReadOnlyList<ConversationNote> written) = notes.GetValueOrDefault((tenant, id), (0, []));
        bool erased = slot != 0 && sealer.IsDestroyed(slot);
        if (counts && stored.Facts.Inbounds > count)
        {
            seen[(tenant, id)] = (stored.Facts.Inbounds, time.GetUtcNow().ToUnixTimeMilliseconds(), by);
        }

        return new ConversationView(stored, stored.Facts.Inbounds - count, atMs, readBy, erased ? [] : written, erased);
    }

    public async Task<StoredConversation?> ChangeAsync(int tenant, ConversationId id, ConversationChange change, CancellationToken cancellationToken) =>
        await shards.ChangeConversationAsync(tenant, id, change, cancellationToken);

    public async Task<NoteOutcome> AddNoteAsync(int tenant, ConversationId id, string text, string? by, CancellationToken cancellationToken)
    {
        if (await shards.ChangeConversationAsync(tenant, id, ConversationChange.Touch, cancellationToken) is not { } stored)
        {
            return NoteOutcome.Unavailable;
        }

        if (stored.KeySlot == 0)
        {
            return NoteOutcome.Erased;
        }

        IReadOnlyList<ConversationNote> before = notes.GetValueOrDefault((tenant, id), (0, [])).Notes;
        notes[(tenant, id)] = (stored.KeySlot, ConversationNotes.With(before, new ConversationNote(time.GetUtcNow().ToUnixTimeMilliseconds(), text, by)));
        return NoteOutcome.Kept;
    }
}
