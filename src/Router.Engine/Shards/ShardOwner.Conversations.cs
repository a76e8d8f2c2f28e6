using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Conversations;
using Router.Engine.Inbound;
using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <content>Changes of conversations on their way into a part, and what the listener must hear: told from here, awaited elsewhere.</content>
internal sealed partial class ShardOwner
{
    private readonly List<ConversationTask> conversationsWaiting = [];
    private readonly List<ConversationTask> heard = [];
    private readonly HearingQueue hearing = new();

    void IShardEffects.Hear(int tenant, in ConversationId conversation, ulong head)
    {
        if (engine.ConversationListener is not null)
        {
            hearing.Add(tenant, conversation, head);
        }
    }

    private void AskIfMissing(int tenant, in ConversationId conversation)
    {
        if (!shard.HasConversation(tenant, conversation))
        {
            ref StoredConversation asked = ref contactRead.Conversations.Add();
            asked.Tenant = tenant;
            asked.Id = conversation;
        }
    }

    // Null: it is nobody's, or only a part.
    private static ConversationId? ConversationOf(InboundTask task) =>
        task.Origin.Tenant != 0 && task.Part is null ? new ConversationId(task.Contact, task.Origin.Own.Tag) : null;

    private void AddConversations()
    {
        foreach (ref StoredConversation conversation in contactRead.Conversations.Span)
        {
            shard.AddConversation(conversation);
        }

        contactRead.Conversations.Clear();
    }

    private void TakeConversations()
    {
        int kept = 0;
        for (int i = 0; i < conversationsWaiting.Count; i++)
        {
            ConversationTask task = conversationsWaiting[i];
            int row = shard.FindRow(task.Id.Contact);
            if (row < 0 || !shard.HasConversation(task.Tenant, task.Id))
            {
                conversationsWaiting[kept++] = task; // came after the rows were asked for: next part
                continue;
            }

            shard.Pin(row);
            shard.OnConversation(task, row);
        }

        conversationsWaiting.RemoveRange(kept, conversationsWaiting.Count - kept);
    }

    // What was heard is lost with the ownership: then it is told again.
    private void RefuseConversations()
    {
        foreach (ConversationTask task in conversationsWaiting)
        {
            if (task.Change.Act == ConversationAct.Hear && !ended)
            {
                heard.Add(task);
            }

            task.Answer.TrySetResult(null);
        }

        conversationsWaiting.Clear();
    }

    private void TellListener()
    {
        if (stopping || engine.ConversationListener is not { } listener)
        {
            return;
        }

        while (hearing.TryTake(engine.MonotonicMs, out int tenant, out ConversationId id, out ulong head))
        {
            _ = TellAsync(listener, tenant, id, head);
        }
    }

    private async Task TellAsync(IConversationListener listener, int tenant, ConversationId id, ulong head)
    {
        bool isHeard = await listener.HearAsync(tenant, id, head).ConfigureAwait(false);
        Post(new UrgentCommand { Kind = CommandKind.Heard, Target = new HeardAnswer(tenant, id, head, isHeard) });
    }

    private void OnHeard(HeardAnswer answer)
    {
        if (hearing.Told(answer.Tenant, answer.Id, answer.Head, answer.Heard, engine.MonotonicMs))
        {
            heard.Add(new ConversationTask(answer.Tenant, answer.Id, ConversationChange.Hear(answer.Head)));
        }
    }

    // Once a second: what was heard goes to the journal together, and storage is asked for what an earlier owner left, or what did not fit.
    private void KeepHeard()
    {
        bool wasKept = heard.Count == 0;
        conversationsWaiting.AddRange(heard);
        heard.Clear();
        if (wasKept && !stopping && hearing.WantsLook && engine.ConversationListener is not null)
        {
            hearing.Look();
            _ = LookAsync();
        }
    }

    private async Task LookAsync()
    {
        IReadOnlyList<StoredConversation>? unheard = null;
        try
        {
            unheard = await engine.Journal.FindUnheardAsync(Number, HearingQueue.CountMax, CancellationToken.None).ConfigureAwait(false);
        }
        catch (JournalUnavailableException)
        {
            // Asked again in a second.
        }

        Post(new UrgentCommand { Kind = CommandKind.Unheard, Target = unheard });
    }

    private void OnUnheard(IReadOnlyList<StoredConversation>? unheard)
    {
        hearing.Looked(unheard is null or { Count: >= HearingQueue.CountMax });
        foreach (StoredConversation conversation in unheard ?? [])
        {
            hearing.Add(conversation.Tenant, conversation.Id, conversation.Facts.InboundHead);
        }
    }
}
