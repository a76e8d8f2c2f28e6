using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <content>
/// Conversations that are changed: read on the first touch like a contact's row, held only while something is on its way to the journal. Messages that go out touch none: what a tenant
/// sends in bulk costs nothing here.
/// </content>
internal sealed partial class Shard
{
    private readonly Dictionary<(int Tenant, ConversationId Id), OpenConversation> conversations = [];
    private readonly List<(OpenConversation Conversation, int Row, int Index)> inbounds = [];

    /// <summary>Conversations in memory.</summary>
    public int OpenConversations => conversations.Count;

    /// <summary>Whether a conversation is in memory.</summary>
    public bool HasConversation(int tenant, in ConversationId id) => conversations.ContainsKey((tenant, id));

    /// <summary>Adds a conversation as storage knows it (or knows it not). It is dropped by <see cref="DropConversations"/> unless something refers to it by then.</summary>
    public void AddConversation(in StoredConversation stored) => conversations.TryAdd((stored.Tenant, stored.Id), new OpenConversation(stored));

    /// <summary>Drops the conversations to which nothing refers.</summary>
    public void DropConversations()
    {
        foreach (((int, ConversationId) key, OpenConversation conversation) in conversations)
        {
            if (conversation.Pins == 0)
            {
                conversations.Remove(key); // the enumeration allows it
            }
        }
    }

    /// <summary>A change; the conversation and its contact's row are in memory, the row is pinned and stays so until it is answered.</summary>
    public void OnConversation(ConversationTask task, int row)
    {
        if (rows[row].KeySlot == 0 && task.Change.Act is ConversationAct.Touch or ConversationAct.Assign)
        {
            // Erased: a name or a note has no key to lie under, and none is made before the contact has a message again.
            Unpin(row);
            task.Answer.TrySetResult(new StoredConversation { Id = task.Id, Tenant = task.Tenant });
            return;
        }

        conversations[(task.Tenant, task.Id)].Pins++;
        ref Step step = ref pending.Add();
        step.Kind = StepKind.Conversation;
        step.Slot = row;
        step.Target = task;
    }

    // An inbound message among the accepted of the part: its conversation opens, or opens again, and its service window begins. The conversation is in memory (HasConversation). What is
    // written follows from the message: of one that turns out a repeat nothing is.
    private void OnInbound(int row, int index, JournalPart part)
    {
        AcceptedMessage message = part.Accepted[index];
        OpenConversation conversation = conversations[(message.Tenant, new ConversationId(message.Contact, message.Sender))];
        ConversationFacts after = conversation.Next.Facts.AfterInbound(message.Id.Head, out ConversationEvent told);
        WriteConversation(conversation, after, told, row, index + 1, part);
        conversation.Pins++;
        Pin(row);
        inbounds.Add((conversation, row, index));
    }

    private void WriteConversation(in Step step, JournalPart part)
    {
        var task = (ConversationTask)step.Target!;
        OpenConversation conversation = conversations[(task.Tenant, task.Id)];
        ConversationFacts after = conversation.Next.Facts.After(task.Change, ids.Next(NowMs).Head, out ConversationEvent told);
        WriteConversation(conversation, after, told, step.Slot, 0, part);
        task.Kept = conversation.Next;
    }

    // The row even where nothing changes: an answer is given under a commit, so that an owner that was replaced can't give one.
    private void WriteConversation(OpenConversation conversation, in ConversationFacts after, ConversationEvent told, int row, int follows, JournalPart part)
    {
        ref StoredConversation next = ref conversation.Next;
        next.Found = true;
        next.KeySlot = rows[row].KeySlot;
        next.Facts = after;
        part.Conversations.Add(next with { FollowsFrom = follows });
        if (told != ConversationEvent.None)
        {
            ref JournalEntry entry = ref part.Entries.Add();
            entry.Kind = EntryKind.Conversation;
            entry.Told = told;
            entry.FollowsFrom = follows;
            entry.AtMs = NowMs;
            entry.Tenant = next.Tenant;
            entry.Contact = next.Id.Contact;
            entry.Sender = next.Id.Sender;
        }
    }

    private void ApplyConversation(in Step step)
    {
        var task = (ConversationTask)step.Target!;
        OpenConversation conversation = conversations[(task.Tenant, task.Id)];
        conversation.Stored = task.Kept;
        Release(conversation, step.Slot);
        task.Answer.TrySetResult(task.Kept);
    }

    // False: what was heard is not forgotten, the step waits for the next part.
    private bool RefuseConversation(in Step step)
    {
        var task = (ConversationTask)step.Target!;
        OpenConversation conversation = conversations[(task.Tenant, task.Id)];
        conversation.Next = conversation.Stored;
        if (task.Change.Act == ConversationAct.Hear)
        {
            return false;
        }

        Release(conversation, step.Slot);
        task.Answer.TrySetResult(null);
        return true;
    }

    // After the part's changes: inbound messages come last in it.
    private void ApplyInbounds(JournalPart part)
    {
        foreach ((OpenConversation conversation, int row, int index) in inbounds)
        {
            if (part.Accepted[index].Kept == KeptAs.New)
            {
                conversation.Stored = conversation.Next;
                effects.Hear(conversation.Stored.Tenant, conversation.Stored.Id, conversation.Stored.Facts.InboundHead);
            }
            else
            {
                conversation.Next = conversation.Stored;
            }

            Release(conversation, row);
        }

        inbounds.Clear();
    }

    private void RefuseInbounds()
    {
        foreach ((OpenConversation conversation, int row, _) in inbounds)
        {
            conversation.Next = conversation.Stored;
            Release(conversation, row);
        }

        inbounds.Clear();
    }

    private void Release(OpenConversation conversation, int row)
    {
        Unpin(row);
        if (--conversation.Pins == 0)
        {
            conversations.Remove((conversation.Stored.Tenant, conversation.Stored.Id));
        }
    }
}
