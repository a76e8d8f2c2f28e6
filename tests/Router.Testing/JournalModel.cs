using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Testing;

/// <summary>
/// The plainest possible account of what a journal was told, beside which <see cref="JournalContract"/> holds a journal after a long random run. Single-threaded; no limits, no speed.
/// </summary>
internal sealed class JournalModel
{
    internal Dictionary<MessageId, Message> Messages { get; } = [];

    internal Dictionary<ContactId, StoredContact> Contacts { get; } = [];

    internal Dictionary<ulong, (MessageId Message, int Provider, byte Segment)> Awaited { get; } = [];

    internal Dictionary<ulong, (int Shard, UnmatchedReceipt Receipt)> Unmatched { get; } = [];

    internal Dictionary<(int Shard, int Tenant), List<(EntryKind Kind, MessageStatus Status, MessageId Message, ContactId Contact)>> Events { get; } = [];

    private Dictionary<UInt128, (MessageId Id, ulong Body)> Keys { get; } = [];

    /// <summary>Takes over a kept part and checks the journal's answers; a key is used by one shard only.</summary>
    internal void Keep(JournalPart part, IReadOnlyDictionary<MessageId, string> texts)
    {
        foreach (AcceptedMessage accepted in part.Accepted.Span)
        {
            if (accepted.HasIdempotencyKey && Keys.TryGetValue(accepted.IdempotencyKey, out (MessageId Id, ulong Body) first))
            {
                Assert.Equal(first.Body == accepted.BodyHash ? KeptAs.Repeat : KeptAs.OtherBody, accepted.Kept);
                Assert.Equal(accepted.Kept == KeptAs.Repeat ? first.Id : default, accepted.FirstId);
                continue;
            }

            Assert.Equal(KeptAs.New, accepted.Kept);
            if (accepted.HasIdempotencyKey)
            {
                Keys.Add(accepted.IdempotencyKey, (accepted.Id, accepted.BodyHash));
            }

            StoredContact contact = Contacts.GetValueOrDefault(accepted.Contact);
            AcceptedMessage kept = accepted;
            kept.PreviousHead = contact.LastHead;
            Messages.Add(accepted.Id, new Message(kept, texts[accepted.Id]));
            Contacts[accepted.Contact] = contact with
            {
                Contact = accepted.Contact, Found = true, KeySlot = accepted.KeySlot, LastHead = accepted.Id.Head, LastSender = accepted.Sender,
            };
            Tell(part.Shard, accepted.Tenant, (EntryKind.Status, MessageStatus.Accepted, accepted.Id, accepted.Contact));
        }

        foreach (JournalEntry entry in part.Entries.Span)
        {
            Apply(part.Shard, entry);
        }
    }

    private void Apply(int shard, JournalEntry entry)
    {
        switch (entry.Kind)
        {
            case EntryKind.Status:
                Message message = Messages[entry.Message];
                message.Status = entry.Status;
                message.Attempts = entry.Status == MessageStatus.Queued ? entry.Attempts : message.Attempts;
                message.Events.Add(new StoredEvent(entry.AtMs, entry.Status, entry.Provider, entry.Reason));
                Tell(shard, entry.Tenant, (entry.Kind, entry.Status, entry.Message, entry.Contact));
                Await(entry);
                break;
            case EntryKind.SegmentSent:
                Messages[entry.Message].Sent.Add(entry.Segment);
                Await(entry);
                break;
            case EntryKind.SegmentReceipt:
                Messages[entry.Message].Delivered.Add(entry.Segment);
                break;
            case EntryKind.Flags:
                StoredContact contact = Contacts.GetValueOrDefault(entry.Contact);
                Contacts[entry.Contact] = contact with { Contact = entry.Contact, Found = true, Flags = entry.Flags };
                Tell(shard, entry.Tenant, (entry.Kind, MessageStatus.None, default, entry.Contact));
                break;
            case EntryKind.UnmatchedReceipt:
                Unmatched[entry.ReceiptKey] = (shard, new UnmatchedReceipt
                {
                    ReceiptKey = entry.ReceiptKey, Status = entry.Status, Reason = entry.Reason, Provider = entry.Provider, AtMs = entry.AtMs,
                });
                break;
            case EntryKind.FallbackDone:
                Messages[entry.Message].FallbackDone = true;
                break;
            case EntryKind.ReceiptDone:
                Unmatched.Remove(entry.ReceiptKey);
                break;
            default:
                throw new InvalidOperationException($"entry of kind {entry.Kind}");
        }
    }

    private void Await(in JournalEntry entry)
    {
        if (entry.ReceiptKey != 0)
        {
            Awaited.Add(entry.ReceiptKey, (entry.Message, entry.Provider, entry.Segment));
        }
    }

    private void Tell(int shard, int tenant, (EntryKind, MessageStatus, MessageId, ContactId) told)
    {
        if (!Events.TryGetValue((shard, tenant), out List<(EntryKind, MessageStatus, MessageId, ContactId)>? list))
        {
            Events.Add((shard, tenant), list = []);
        }

        list.Add(told);
    }

    internal sealed class Message(AcceptedMessage accepted, string text)
    {
        internal AcceptedMessage Accepted { get; } = accepted;

        internal string Text { get; } = text;

        internal MessageStatus Status { get; set; } = MessageStatus.Accepted;

        internal bool FallbackDone { get; set; }

        internal bool IsUnfinished => Status < MessageStatus.Sent || (Accepted.Fallback != default && !FallbackDone);

        internal byte Attempts { get; set; }

        internal SortedSet<byte> Sent { get; } = [];

        internal SortedSet<byte> Delivered { get; } = [];

        internal List<StoredEvent> Events { get; } = [new StoredEvent(accepted.AcceptedAtMs, MessageStatus.Accepted, 0, Reason.None)];

        internal byte[]? BitsOf(SortedSet<byte> segments)
        {
            if (segments.Count == 0)
            {
                return null;
            }

            byte[] bits = new byte[(Accepted.Segments + 7) / 8];
            foreach (byte segment in segments)
            {
                bits[segment / 8] |= (byte)(1 << (segment % 8));
            }

            return bits;
        }
    }
}
