using Router.Core.Messages;
using Router.Engine.Dispatch;
using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <content>Taking up what was under way when the epoch was taken.</content>
internal sealed partial class Shard
{
    /// <summary>Takes up an unfinished message; its contact's row is in memory and is pinned here. Its record is read back when it may leave.</summary>
    public void Recover(in UnfinishedMessage unfinished, int row)
    {
        if (unfinished.Accepted.IsPart)
        {
            RecoverPart(unfinished, row);
            return;
        }

        if (unfinished.Accepted.Fallback != default && !unfinished.FallbackDone)
        {
            WatchFallback(unfinished.Accepted, unfinished.Status, unfinished.Reason);
        }

        if (unfinished.HasEnded)
        {
            return; // only its fallback is not done with
        }

        effects.Started(unfinished.Accepted.Tenant);
        Pin(row);
        int slot = AddMessage(unfinished.Accepted, row);
        ref WaitingMessage message = ref messages[slot];
        message.Marks |= MessageMarks.NotInRing | (unfinished.Status == MessageStatus.Queued ? MessageMarks.Told : MessageMarks.None);
        message.Attempts = unfinished.Attempts;
        if (unfinished.SegmentsSent is not null && message.Segments > 1)
        {
            var state = new SegmentState(message.Segments);
            for (int segment = 0; segment < message.Segments; segment++)
            {
                if (((unfinished.SegmentsSent[segment >> 3] >> (segment & 7)) & 1) != 0)
                {
                    state.MarkDone(segment);
                }
            }

            segmented.Add(slot, state);
        }

        AcceptedMessage accepted = unfinished.Accepted;
        var identity = new LaneKey(0, accepted.Tenant, accepted.Sender, accepted.Channel, accepted.Purpose, accepted.Priority, accepted.Region);
        if (accepted.IsDormant && !unfinished.FallbackDone)
        {
            KeepDormant(slot, identity, accepted.NotBeforeMs);
        }
        else if (unfinished.IsLeaving)
        {
            RecoverPlace(slot, identity);
        }
        else
        {
            Place(slot, identity, accepted.NotBeforeMs);
        }
    }
}
