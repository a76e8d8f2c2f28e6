using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Dispatch;
using Router.Engine.Journal;
using Router.Engine.Sealing;

namespace Router.Engine.Shards;

/// <content>Accepting: what is written, and what happens once it is kept.</content>
internal sealed partial class Shard
{
    private const long DefaultValidityMs = 48L * 3600 * 1000;
    private readonly MessageIdSource ids;
    private readonly StructList<uint> preparedRing = new(64);

    /// <summary>Adds a message to <paramref name="part"/>: id, sender, sealed record. Its contact's row is in memory and pinned. No decision yet.</summary>
    public void Prepare(AcceptRequest request, int row, JournalPart part)
    {
        ref ContactRow contact = ref rows[row];
        Tenant tenant = request.Tenant!;
        Sender sender = request.Sender
            ?? (contact.LastSender == 0 ? null : tenant.FindSender(contact.LastSender))
            ?? tenant.DefaultSender(request.Channel);
        if (contact.KeySlot == 0)
        {
            contact.KeySlot = sealer.NewKeySlot();
        }

        MessageId id = ids.Next(NowMs);
        int length = request.RecordLength + MessageRecord.SizeOfFrom(sender.Utf8.Length);
        Span<byte> record = ring.Put(id.Head, length, out uint ringAt);
        request.Record.AsSpan(0, request.RecordLength).CopyTo(record);
        MessageRecord.AppendFrom(sender.Utf8.Span, record[request.RecordLength..]);

        ref AcceptedMessage message = ref part.Accepted.Add();
        message.SealedOffset = part.Sealed.Count;
        message.SealedLength = length + IRecordSealer.Overhead;
        sealer.Seal(tenant.Number, contact.KeySlot, id, record, part.Sealed.Add(message.SealedLength));

        long notBefore = request.NotBeforeMs > NowMs ? request.NotBeforeMs : 0;
        message.Id = id;
        message.Contact = contact.Id;
        message.Sender = sender.Tag;
        message.Tenant = tenant.Number;
        message.KeySlot = contact.KeySlot;
        message.PreviousHead = contact.LastHead;
        message.AcceptedAtMs = NowMs;
        message.NotBeforeMs = notBefore;
        long validityMs = request.ValiditySeconds > 0 ? request.ValiditySeconds * 1000L : DefaultValidityMs;
        if (request.FallbackAfterSeconds > 0)
        {
            validityMs = Math.Min(validityMs, request.FallbackAfterSeconds * 1000L); // what has not left by then must not leave beside its fallback
        }

        message.ValidUntilMs = Math.Max(notBefore, NowMs) + validityMs;
        message.Fallback = request.FallbackId;
        message.FallbackAfterSeconds = request.FallbackAfterSeconds;
        message.IsDormant = request.IsDormant;
        message.Prefix = request.Prefix;
        message.Region = request.Region;
        message.Channel = request.Channel;
        message.Purpose = request.Purpose;
        message.Priority = request.Priority;
        message.Segments = request.Segments;
        message.IsMedia = request.IsMedia;
        message.HasReference = request.HasReference;
        message.HasIdempotencyKey = request.HasIdempotencyKey;
        message.IdempotencyKey = request.IdempotencyKey;
        message.BodyHash = request.BodyHash;
        message.Trace = request.Trace;
        contact.LastHead = id.Head;
        preparedRing.Add(ringAt);
    }

    /// <summary>A part that was not kept: the chain of each contact goes back to where it was. Rows are unpinned.</summary>
    public void Undo(JournalPart part, ReadOnlySpan<int> partRows)
    {
        for (int i = part.Accepted.Count - 1; i >= 0; i--)
        {
            rows[partRows[i]].LastHead = part.Accepted[i].PreviousHead;
            Unpin(partRows[i]);
        }

        preparedRing.Clear();
    }

    /// <summary>A kept part: the messages kept as new are decided for the first time, the inbound ones aside (<see cref="ApplyInbound"/>); those that were not stored leave the chain.</summary>
    public void ApplyAccepted(JournalPart part, ReadOnlySpan<int> partRows)
    {
        for (int i = part.Accepted.Count - 1; i >= 0; i--)
        {
            ref AcceptedMessage message = ref part.Accepted[i];
            if (message.Kept != KeptAs.New && rows[partRows[i]].LastHead == message.Id.Head)
            {
                rows[partRows[i]].LastHead = message.PreviousHead;
            }
        }

        for (int i = 0; i < acceptsInPart; i++)
        {
            ref AcceptedMessage message = ref part.Accepted[i];
            int row = partRows[i];
            if (message.Kept != KeptAs.New)
            {
                effects.Finished(message.Tenant);
                Unpin(row);
                continue;
            }

            if (SenderAllowed(Configuration.FindTenant(message.Tenant), message.Sender))
            {
                rows[row].LastSender = message.Sender;
            }

            keptHead = message.Id.Head;
            effects.Count(MessageStatus.Accepted, Reason.None);
            int slot = AddMessage(message, row);
            messages[slot].RingAt = preparedRing[i];
            var identity = new LaneKey(0, message.Tenant, message.Sender, message.Channel, message.Purpose, message.Priority, message.Region);
            if (message.Fallback != default)
            {
                WatchFallback(message, MessageStatus.Accepted, Reason.None);
            }

            if (message.IsDormant)
            {
                KeepDormant(slot, identity, message.NotBeforeMs);
            }
            else
            {
                Place(slot, identity, message.NotBeforeMs);
            }
        }
    }
}
