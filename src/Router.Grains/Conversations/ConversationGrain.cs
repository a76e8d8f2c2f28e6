using System.Text;
using Microsoft.Extensions.Logging;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Engine.Shards;
using Router.Grains.Administration;
using Router.Grains.Placement;
using Router.Grains.Shards;

namespace Router.Grains.Conversations;

/// <inheritdoc cref="IConversationGrain"/>
/// <remarks>Holds what is sealed, never what was opened: a live grain forgets with its contact's key too. Facts are read from storage and changed through the shard at each call.</remarks>
[ByConversation]
internal sealed partial class ConversationGrain(
    [PersistentState(ConversationMemory.StateName, RouterSilo.StorageName)] IPersistentState<ConversationMemory> state, IShards shards, IJournal journal, IRecordSealer sealer, ShardKeeper keeper,
    ConfigurationHolder holder, TimeProvider time, ILogger<ConversationGrain> log) : Grain, IConversationGrain
{
    private int tenant;
    private ConversationId id;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (tenant, id) = ConversationKey.Parse(this.GetPrimaryKeyString());
        return holder.Loaded.WaitAsync(cancellationToken); // a silo that starts does not know yet who has ended
    }

    /// <inheritdoc/>
    public async Task<ViewItem> LookAsync(bool counts, string? by)
    {
        StoredConversation stored = await journal.FindConversationAsync(tenant, id, CancellationToken.None);
        ConversationMemory memory = state.State;
        ConversationContent? content = ConversationContent.TryOpen(sealer, tenant, memory);
        uint unread = stored.Facts.Inbounds > memory.Seen ? stored.Facts.Inbounds - memory.Seen : 0;
        var view = new ViewItem
        {
            Stored = ConversationItem.Of(stored),
            Unread = unread,
            ReadAtMs = memory.SeenAtMs,
            NoteTimes = [.. (content?.Notes ?? []).Select(static n => n.AtMs)],
            NoteTexts = [.. (content?.Notes ?? []).Select(static n => n.Text)],
            NoteAuthors = [.. (content?.Notes ?? []).Select(static n => n.By)],
            ReadBy = ReaderOf(memory),
            Erased = content is null,
        };
        if (counts && unread > 0)
        {
            memory.Seen = stored.Facts.Inbounds;
            memory.SeenAtMs = NowMs;
            memory.SeenBy = null;
            memory.Reader = by is null ? null : SealedText.TrySeal(sealer, tenant, stored.KeySlot, Encoding.UTF8.GetBytes(by));
            memory.ReaderSlot = stored.KeySlot;
            _ = await TryWriteAsync(); // if not, they are unread once more
        }

        StayWithShard();
        return view;
    }

    /// <inheritdoc/>
    public async Task<ConversationItem?> ChangeAsync(ChangeItem change)
    {
        StoredConversation? stored = await shards.ChangeConversationAsync(tenant, id, change.ToChange(), CancellationToken.None);
        StayWithShard();
        return stored is { } kept ? ConversationItem.Of(kept) : null;
    }

    /// <inheritdoc/>
    public async Task<NoteOutcome> AddNoteAsync(string text, string? by)
    {
        // The shard first: it knows the contact's key of now, and the conversation becomes the newest.
        if (await shards.ChangeConversationAsync(tenant, id, ConversationChange.Touch, CancellationToken.None) is not { } stored)
        {
            return NoteOutcome.Unavailable;
        }

        ConversationMemory memory = state.State;
        ConversationContent content = ConversationContent.TryOpen(sealer, tenant, memory) ?? ConversationContent.Empty; // what was erased makes room
        content = content with { Notes = ConversationNotes.With(content.Notes, new ConversationNote(NowMs, text, by)) };
        if (content.TrySeal(sealer, tenant, stored.KeySlot) is not { } made)
        {
            return NoteOutcome.Erased;
        }

        memory.KeySlot = stored.KeySlot;
        memory.Content = made;
        StayWithShard();
        return await TryWriteAsync() ? NoteOutcome.Kept : NoteOutcome.Unavailable;
    }

    /// <inheritdoc/>
    public Task HearAsync(ulong head)
    {
        // Being awake is all that a conversation without a bot needs; what is unread follows from the facts.
        StayWithShard();
        return Task.CompletedTask;
    }

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    private string? ReaderOf(ConversationMemory memory) =>
        memory.Reader is null ? memory.SeenBy
        : SealedText.TryOpen(sealer, tenant, memory.ReaderSlot, memory.Reader) is { } name ? Encoding.UTF8.GetString(name)
        : null;

    // The shard moved: the next call wakes the grain beside it.
    private void StayWithShard()
    {
        if (keeper.IsElsewhere(id.Shard))
        {
            DeactivateOnIdle();
        }
    }

    // A request that was admitted before the tenant's end may come after what lay here was removed. All silos know of the end before that: what was written before this one did is removed there.
    private async Task<bool> TryWriteAsync()
    {
        try
        {
            if (holder.Current.IsClosed(tenant))
            {
                return false;
            }

            await state.WriteStateAsync();
            if (!holder.Current.IsClosed(tenant))
            {
                return true;
            }

            await state.ClearStateAsync();
            return false;
        }
#pragma warning disable CA1031 // Whether it was stored is not known (any storage, any fault): the next activation reads what is there.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotKept(id.Shard, exception);
            DeactivateOnIdle();
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "what was written beside a conversation of shard {Shard} could not be stored; whoever wrote it is told to try again")]
    private partial void LogNotKept(int shard, Exception exception);
}
