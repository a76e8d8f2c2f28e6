using Router.Core.Messages;
using Router.Engine.Dispatch;
using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <content>The slab of waiting messages.</content>
internal sealed partial class Shard
{
    private const int SweepFrom = 64;
    private readonly SlotIndex heads = new();
    private WaitingMessage[] messages = new WaitingMessage[64];
    private int messageCount;
    private int freeMessage = -1;

    // Messages that confirm a STOP: few, and only looked for when one would be rejected.
    private readonly HashSet<int> confirmations = [];

    /// <summary>Slots of the slab in use; those of finished messages that still stand in a lane among them.</summary>
    public int MessageSlots { get; private set; }

    /// <summary>Looks at a message of <paramref name="tenant"/>.</summary>
    public LiveMessage Peek(int tenant, MessageId id)
    {
        int slot = FindMessage(id);
        if (slot < 0 || lanes[messages[slot].Lane]!.Key.Tenant != tenant)
        {
            return default;
        }

        ref WaitingMessage message = ref messages[slot];
        MessageStatus status = message.Stage switch
        {
            MessageStage.Sending => MessageStatus.Sending,
            MessageStage.Dormant => MessageStatus.Scheduled,
            MessageStage.Ending or MessageStage.Settling when message.ReleaseEnd != 0 => MessageStatus.Sending, // its outcome is there and not kept yet
            MessageStage.Deferred when (message.Marks & MessageMarks.Scheduled) != 0 => MessageStatus.Scheduled,
            _ => (message.Marks & MessageMarks.Told) != 0 ? MessageStatus.Queued : MessageStatus.Accepted,
        };
        return new LiveMessage(true, status, status == MessageStatus.Sending ? lanes[message.Lane]!.Key.Provider : 0);
    }

    // Whether a message whose last step is on its way had been released is told by its release's end, which stands where the wheel's links stood before: it is in no wheel here.
    private void NoteUnreleased(int slot)
    {
        ref WaitingMessage message = ref messages[slot];
        if (message.Stage != MessageStage.Sending && (message.Marks & MessageMarks.InWheel) == 0)
        {
            message.ReleaseEnd = 0;
        }
    }

    // Nothing of it is with a provider or the journal: it may be ended at once.
    private static bool Waits(MessageStage stage) => stage is MessageStage.Ready or MessageStage.Deferred or MessageStage.Quiet or MessageStage.Dormant;

    private int FindMessage(MessageId id)
    {
        int slot = heads.Find(id.Head, new HeadKeys(messages));
        return slot >= 0 && messages[slot].Tail == id.Tail ? slot : -1;
    }

    private int AddMessage(in AcceptedMessage accepted, int row)
    {
        int slot = freeMessage;
        if (slot >= 0)
        {
            freeMessage = messages[slot].LaneNext;
        }
        else
        {
            if (messageCount == messages.Length)
            {
                Array.Resize(ref messages, messages.Length * 2);
            }

            slot = messageCount++;
        }

        ref WaitingMessage message = ref messages[slot];
        message = default;
        message.Head = accepted.Id.Head;
        message.Tail = accepted.Id.Tail;
        message.Contact = row;
        message.Prefix = accepted.Prefix;
        message.IsMedia = accepted.IsMedia;
        message.ValidUntilS = (uint)((accepted.ValidUntilMs + 999) / 1000);
        message.Segments = accepted.Segments;
        message.LaneNext = -1;
        message.Lane = -1;
        message.Marks = accepted.HasReference ? MessageMarks.Reference : MessageMarks.None;
        heads.Add(accepted.Id.Head, slot, new HeadKeys(messages));
        if (accepted.ConfirmsStop)
        {
            confirmations.Add(slot);
        }

        if (accepted.Trace.IsRecorded)
        {
            Trace(slot, accepted);
        }

        Waiting++;
        MessageSlots++;
        return slot;
    }

    /// <summary>A finished message: its row is unpinned; the slot is free once no lane's list holds it any more.</summary>
    private void RemoveMessage(int slot, MessageStatus status)
    {
        ref WaitingMessage message = ref messages[slot];
        heads.Remove(message.Head, new HeadKeys(messages));
        LaneKey key = KeyOf(slot);
        GiveCreditBack(slot, key, status);
        RemoveFromWheel(slot);
        GivePlaceBack(slot);
        Decided(slot);
        Unpin(message.Contact);
        segmented.Remove(slot);
        if (readBack.Count > 0)
        {
            ForgetReadBack(message.Head);
        }

        if (confirmations.Count > 0)
        {
            confirmations.Remove(slot);
        }

        if (traced.Count > 0)
        {
            TraceEnd(slot, status);
        }

        Waiting--;
        effects.Finished(key.Tenant);
        if ((message.Marks & MessageMarks.InLane) != 0)
        {
            message.Marks |= MessageMarks.Unlinked;
            ShardLane lane = lanes[message.Lane]!;
            if (++lane.Unlinked > SweepFrom && lane.Unlinked * 2 > lane.Count)
            {
                lane.References++; // the lane stays while it is swept
                SweepUnlinked(lane);
                lane.References--;
                RemoveLaneIfUnused(laneIndex[lane.Key], lane);
            }

            return;
        }

        Free(slot);
    }

    private void Free(int slot)
    {
        LeaveLane(messages[slot].Lane);
        MessageSlots--;
        messages[slot] = default;
        messages[slot].LaneNext = freeMessage;
        freeMessage = slot;
    }

    private LaneKey KeyOf(int slot) => lanes[messages[slot].Lane]!.Key;

    private readonly struct HeadKeys(WaitingMessage[] messages) : SlotIndex.IKeys
    {
        public ulong KeyOf(int slot) => messages[slot].Head;
    }
}
