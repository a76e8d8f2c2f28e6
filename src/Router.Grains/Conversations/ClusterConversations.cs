using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine;
using Router.Engine.Conversations;
using Router.Engine.Journal;
using Router.Grains.Shards;

namespace Router.Grains.Conversations;

/// <summary>Calls to the grains of conversations, for the front door and for this silo's shards. Any thread.</summary>
internal sealed class ClusterConversations : IConversations, IConversationListener
{
    private readonly IGrainFactory grains;
    private readonly RemoteFaults faults;

    /// <summary>Made once a silo.</summary>
    public ClusterConversations(SiloEngine engine, IGrainFactory grains, RemoteFaults faults)
    {
        this.grains = grains;
        this.faults = faults;
        engine.ConversationListener = this;
    }

    /// <inheritdoc/>
    public async Task<ConversationView> LookAsync(int tenant, ConversationId id, bool counts, string? by, CancellationToken cancellationToken)
    {
        try
        {
            return (await Grain(tenant, id).LookAsync(counts, by).WaitAsync(cancellationToken)).ToView();
        }
        catch (Exception exception) when (Told(id.Shard, exception, cancellationToken))
        {
            throw new JournalUnavailableException("the grain of a conversation did not answer; ask again", exception);
        }
    }

    /// <inheritdoc/>
    public async Task<StoredConversation?> ChangeAsync(int tenant, ConversationId id, ConversationChange change, CancellationToken cancellationToken)
    {
        try
        {
            return (await Grain(tenant, id).ChangeAsync(ChangeItem.Of(change)).WaitAsync(cancellationToken))?.ToStored();
        }
        catch (Exception exception) when (Told(id.Shard, exception, cancellationToken))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<NoteOutcome> AddNoteAsync(int tenant, ConversationId id, string text, string? by, CancellationToken cancellationToken)
    {
        try
        {
            return await Grain(tenant, id).AddNoteAsync(text, by).WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (Told(id.Shard, exception, cancellationToken))
        {
            return NoteOutcome.Unavailable;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> HearAsync(int tenant, ConversationId conversation, ulong head)
    {
        try
        {
            await Grain(tenant, conversation).HearAsync(head).ConfigureAwait(false);
            return true;
        }
#pragma warning disable CA1031 // The port never throws: whatever the grain or its silo threw, it is told again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            faults.Add(conversation.Shard, exception);
            return false;
        }
    }

    private IConversationGrain Grain(int tenant, in ConversationId id) => grains.GetGrain<IConversationGrain>(ConversationKey.Format(tenant, id));

    // A fault of the grain comes as whatever was thrown there, a cancellation among it: logged, and answered as unavailable. False for a caller who gave up.
    private bool Told(int shard, Exception exception, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return false;
        }

        faults.Add(shard, exception);
        return true;
    }
}
