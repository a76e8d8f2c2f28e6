using System.Runtime.InteropServices;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Testing;

public sealed partial class MemoryStore
{
    private long commit;

    /// <summary>
    /// Writes <paramref name="parts"/> as one commit and sets their outcomes. <paramref name="outcome"/> other than <see cref="PartOutcome.Kept"/> is a fault:
    /// every part gets it, and something is stored only for <see cref="PartOutcome.Unknown"/> with <paramref name="stored"/>.
    /// </summary>
    internal void Commit(IReadOnlyList<JournalPart> parts, PartOutcome outcome, bool stored)
    {
        var events = new List<LogEvent>();
        lock (sync)
        {
            bool writes = outcome == PartOutcome.Kept || (outcome == PartOutcome.Unknown && stored);
            long number = commit + 1;
            bool any = false;
            foreach (JournalPart part in parts)
            {
                bool owns = epochs[part.Shard] == part.Epoch;
                part.Outcome = outcome != PartOutcome.Kept ? outcome : owns ? PartOutcome.Kept : PartOutcome.Fenced;
                if (writes && owns)
                {
                    Keep(part, number, events);
                    any = true;
                }
            }

            commit = any ? number : commit;
            Log.Add(events);
        }

        Log.Wake();
    }

    /// <summary>What the owner must never do; null when the part is right. A stale epoch's part is not checked: it is fenced anyway.</summary>
    internal string? WhatIsWrong(JournalPart part)
    {
        lock (sync)
        {
            if (epochs[part.Shard] != part.Epoch)
            {
                return null;
            }

            ulong last = lastHeads[part.Shard];
            var previous = new Dictionary<ContactId, ulong>();
            foreach (ref readonly AcceptedMessage accepted in part.Accepted.Span)
            {
                if (accepted.Id.Head <= last)
                {
                    return $"message {accepted.Id}: heads must rise within a shard";
                }

                last = accepted.Id.Head;
                if (!previous.TryGetValue(accepted.Contact, out ulong head))
                {
                    head = contacts.TryGetValue(accepted.Contact, out StoredContact contact) ? contact.LastHead : 0;
                }

                if (accepted.PreviousHead != head)
                {
                    return $"message {accepted.Id}: the contact's message before it has head {head:x}, not {accepted.PreviousHead:x}";
                }

                previous[accepted.Contact] = accepted.Id.Head;
            }

            return null;
        }
    }

    private void Keep(JournalPart part, long number, List<LogEvent> events)
    {
        int index = 0;
        if (events.Count > 0)
        {
            index = events[^1].Position.Index + 1;
        }

        KeptAs before = KeptAs.New;
        foreach (ref AcceptedMessage accepted in part.Accepted.Span)
        {
            // The message before it may be one of this part that was not stored: the contact's row knows the last one that was.
            if (!messages.ContainsKey(accepted.PreviousHead))
            {
                accepted.PreviousHead = contacts.TryGetValue(accepted.Contact, out StoredContact contact) ? contact.LastHead : 0;
            }

            bool follows = !accepted.IsReply || before == KeptAs.New;
            before = accepted.Kept = follows ? Answer(ref accepted) : KeptAs.Repeat;
            if (before == KeptAs.New)
            {
                Keep(accepted, part.Sealed.Span.Slice(accepted.SealedOffset, accepted.SealedLength).ToArray());
                Usage.Add(accepted);
                if (accepted.IsPart || accepted.Tenant == 0)
                {
                    index++;
                    continue;
                }

                events.Add(new LogEvent { Position = new LogPosition(number, index++), Entry = EventOf(accepted) });
            }
        }

        foreach (ref readonly JournalEntry entry in part.Entries.Span)
        {
            if (part.IsVoid(entry))
            {
                continue;
            }

            Apply(part.Shard, entry);
            Usage.Add(entry);
            if (entry.Tenant != 0 && entry.Kind is (EntryKind.Status or EntryKind.Flags or EntryKind.Conversation or EntryKind.Notice))
            {
                events.Add(new LogEvent { Position = new LogPosition(number, index++), Entry = entry with { ReceiptKey = 0 } });
            }
        }

        foreach (ref readonly StoredConversation conversation in part.Conversations.Span)
        {
            if (!part.IsVoid(conversation))
            {
                conversations[(conversation.Tenant, conversation.Id)] = conversation with { FollowsFrom = 0 };
            }
        }
    }

    private KeptAs Answer(ref AcceptedMessage accepted)
    {
        accepted.Kept = KeptAs.New;
        accepted.FirstId = default;
        if (!accepted.HasIdempotencyKey)
        {
            return accepted.Kept;
        }

        ref FirstUse first = ref CollectionsMarshal.GetValueRefOrAddDefault(idempotency, (accepted.Tenant, accepted.IdempotencyKey), out bool used);
        if (!used || accepted.AcceptedAtMs - first.AtMs >= IdempotencyMs)
        {
            first = new FirstUse(accepted.Id, accepted.BodyHash, accepted.AcceptedAtMs);
        }
        else if (first.BodyHash == accepted.BodyHash)
        {
            accepted.Kept = KeptAs.Repeat;
            accepted.FirstId = first.Id;
        }
        else
        {
            accepted.Kept = KeptAs.OtherBody;
        }

        return accepted.Kept;
    }

    private void Keep(in AcceptedMessage accepted, byte[] sealedRecord)
    {
        var message = new MemoryMessage(accepted, sealedRecord);
        ulong head = accepted.Id.Head;
        messages.Add(head, message);
        if (message.IsUnfinished)
        {
            unfinished[accepted.Id.Shard].Add(head, message);
        }

        lastHeads[accepted.Id.Shard] = Math.Max(lastHeads[accepted.Id.Shard], head);
        if (!accepted.IsPart)
        {
            HeadsOf(headsByTenant, accepted.Tenant).Add(head);
            HeadsOf(headsByContact, accepted.Contact).Add(head);
        }

        ref StoredContact contact = ref CollectionsMarshal.GetValueRefOrAddDefault(contacts, accepted.Contact, out _);
        contact.Contact = accepted.Contact;
        contact.Found = true;
        contact.KeySlot = accepted.KeySlot;
        contact.LastHead = head;
        contact.LastSender = accepted.Sender;
    }

    private void Apply(int shard, in JournalEntry entry)
    {
        MemoryMessage? message = FindLocked(entry.Message);
        if (entry.HasLeft)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(departures, entry.Contact, out _) ??= [];
            departures[entry.Contact].Add(entry.AtMs);
            message?.IsLeaving = false;
        }

        switch (entry.Kind)
        {
            case EntryKind.Leaving when message is not null:
                message.IsLeaving = true;
                message.LeavingCommit = commit + 1;
                break;
            case EntryKind.Status:
                ApplyStatus(entry, message);
                break;
            case EntryKind.FallbackDone:
                message?.FallbackDone = true;
                RemoveIfFinished(message);
                break;
            case EntryKind.PartDone when message is not null:
                message.Status = MessageStatus.Delivered;
                unfinished[shard].Remove(message.Accepted.Id.Head);
                break;
            case EntryKind.SegmentSent:
                message?.Mark(ref message.SegmentsSent, entry.Segment);
                Await(entry, message);
                break;
            case EntryKind.SegmentReceipt:
                if (entry.Status == MessageStatus.Delivered)
                {
                    message?.Mark(ref message.SegmentsDelivered, entry.Segment);
                }

                break;
            case EntryKind.Flags:
                ref StoredContact contact = ref CollectionsMarshal.GetValueRefOrAddDefault(contacts, entry.Contact, out _);
                contact.Contact = entry.Contact;
                contact.Found = true;
                contact.Flags = entry.Flags;
                contact.KeySlot = entry.KeySlot != 0 ? entry.KeySlot : contact.KeySlot;
                break;
            case EntryKind.Conversation:
            case EntryKind.Notice:
                break;
            case EntryKind.UnmatchedReceipt:
                unmatched.Add((shard, new UnmatchedReceipt
                {
                    ReceiptKey = entry.ReceiptKey, Status = entry.Status, Reason = entry.Reason, Provider = entry.Provider, AtMs = entry.AtMs,
                }));
                break;
            case EntryKind.ReceiptDone:
                ulong done = entry.ReceiptKey;
                MessageStatus status = entry.Status;
                unmatched.RemoveAll(u => u.Receipt.ReceiptKey == done && (status == MessageStatus.None || u.Receipt.Status == status));
                break;
            default:
                throw new InvalidOperationException($"entry of kind {entry.Kind}: the journal does not know it");
        }
    }

    private void ApplyStatus(in JournalEntry entry, MemoryMessage? message)
    {
        if (message is null)
        {
            return;
        }

        message.Status = entry.Status;
        message.Attempts = entry.Status == MessageStatus.Queued ? entry.Attempts : message.Attempts;
        message.Events.Add(new StoredEvent(entry.AtMs, entry.Status, entry.Provider, entry.Reason));
        RemoveIfFinished(message);
        Await(entry, message);
    }

    private void RemoveIfFinished(MemoryMessage? message)
    {
        if (message is { IsUnfinished: false })
        {
            unfinished[message.Accepted.Id.Shard].Remove(message.Accepted.Id.Head);
        }
    }

    private void Await(in JournalEntry entry, MemoryMessage? message)
    {
        if (message is not null && entry.ReceiptKey != 0)
        {
            awaited[entry.ReceiptKey] = new AwaitedSegment(message, entry.Provider, entry.Segment, entry.ReceiptScope);
        }
    }

    private static SortedSet<ulong> HeadsOf<TKey>(Dictionary<TKey, SortedSet<ulong>> index, TKey key)
        where TKey : notnull => CollectionsMarshal.GetValueRefOrAddDefault(index, key, out _) ??= [];

    private static JournalEntry EventOf(in AcceptedMessage accepted) => new()
    {
        Kind = EntryKind.Status,
        Status = accepted.FirstStatus,
        Direction = accepted.Direction,
        Provider = accepted.Provider,
        HasReference = accepted.HasReference,
        Tenant = accepted.Tenant,
        Message = accepted.Id,
        Contact = accepted.Contact,
        Sender = accepted.Sender,
        AtMs = accepted.AcceptedAtMs,
    };
}
