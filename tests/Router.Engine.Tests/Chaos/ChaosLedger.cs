using System.Text;
using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Sealing;

namespace Router.Engine.Tests.Chaos;

/// <summary>What the store kept, written down beside it as it was kept, and the promises that can be broken only at that moment.</summary>
internal sealed class ChaosLedger(ChaosLimits limits, IRecordSealer sealer)
{
    private readonly long[] epochs = new long[MessageId.ShardCount];
    private readonly Dictionary<ulong, (MessageId Message, byte Segment)> sentKeys = [];
    private readonly HashSet<(MessageId Message, byte Segment)> sent = [];
    private readonly HashSet<MessageId> sentInPart = [];
    private readonly HashSet<MessageId> fallbacksDone = [];
    private readonly Dictionary<MessageId, AcceptedMessage> accepted = [];
    private readonly Dictionary<ContactId, List<FlagsKept>> flags = [];
    private readonly Dictionary<string, List<FlagsKept>> flagsOfTexts = [];
    private readonly Dictionary<ConversationId, List<ConversationFacts>> conversations = [];

    /// <summary>Segments kept as sent, by the key of their receipt.</summary>
    public IReadOnlyDictionary<ulong, (MessageId Message, byte Segment)> SentKeys => sentKeys;

    /// <summary>Messages kept.</summary>
    public IReadOnlyDictionary<MessageId, AcceptedMessage> Accepted => accepted;

    public void Kept(JournalPart part)
    {
        Assert.True(part.Epoch >= epochs[part.Shard], $"shard {part.Shard}: a part of epoch {part.Epoch} was kept after one of epoch {epochs[part.Shard]}");
        epochs[part.Shard] = part.Epoch;
        foreach (ref AcceptedMessage message in part.Accepted.Span)
        {
            accepted[message.Id] = message;
        }

        foreach (ref JournalEntry entry in part.Entries.Span)
        {
            if (part.IsVoid(entry))
            {
                continue;
            }

            limits.Kept(entry);
            if (entry.Kind == EntryKind.SegmentSent || (entry.Kind == EntryKind.Status && entry.Status == MessageStatus.Sent))
            {
                Assert.True(sent.Add((entry.Message, entry.Segment)), $"segment {entry.Segment} of {entry.Message} was kept as sent twice");
                sentInPart.Add(entry.Message);
                sentKeys.Add(entry.ReceiptKey, (entry.Message, entry.Segment));
            }
            else if (entry.Kind == EntryKind.FallbackDone)
            {
                Assert.True(fallbacksDone.Add(entry.Message), $"the fallback of {entry.Message} was woken or done with twice");
            }
            else if (entry.Kind == EntryKind.Flags)
            {
                FlagsOf(entry.Contact).Add(new FlagsKept(entry.Flags) { IsPersons = entry.FollowsFrom != 0 });
            }
        }

        // What an inbound message left in force, whether it changed it or not. One of a contact is in a part, so its flags are the contact's last.
        foreach (ref AcceptedMessage message in part.Accepted.Span)
        {
            if (message is { Direction: MessageDirection.Inbound, IsPart: false, Kept: KeptAs.New })
            {
                string text = TextOf(message, part);
                if (!flagsOfTexts.TryGetValue(text, out List<FlagsKept>? left))
                {
                    flagsOfTexts.Add(text, left = []);
                }

                left.Add(FlagsOf(message.Contact)[^1]);
            }
        }

        foreach (ref StoredConversation conversation in part.Conversations.Span)
        {
            if (!part.IsVoid(conversation))
            {
                Kept(conversation, conversation.FollowsFrom == 0 ? 0 : part.Accepted[conversation.FollowsFrom - 1].Id.Head);
            }
        }
    }

    /// <summary>A message was acknowledged: what it left in force is answered.</summary>
    public void Acknowledged(string text) => flagsOfTexts.GetValueOrDefault(text)?.ForEach(static f => f.Answered |= f.TakesAway);

    private void Kept(in StoredConversation row, ulong inbound)
    {
        if (!conversations.TryGetValue(row.Id, out List<ConversationFacts>? all))
        {
            conversations.Add(row.Id, all = []);
        }

        // A change changes one thing: what differs in two was made of what is not the last kept, and undoes another's.
        ConversationFacts before = all.LastOrDefault();
        bool undoes = all.Count > 0 && before.State != row.Facts.State && before.Agent != row.Facts.Agent;
        Assert.False(undoes, $"conversation {row.Id}: {before} was kept, and then {row.Facts}");
        bool counts = inbound == 0
            ? (row.Facts.Inbounds, row.Facts.InboundHead) == (before.Inbounds, before.InboundHead)
            : (row.Facts.Inbounds, row.Facts.InboundHead, row.Facts.State) == (before.Inbounds + 1, inbound, ConversationState.Open);
        Assert.True(counts, $"conversation {row.Id}: {before} was kept, and then {row.Facts}, with inbound message {inbound:x}");
        all.Add(row.Facts);
    }

    /// <summary>A change of a conversation was answered.</summary>
    public void Answered(in StoredConversation answer) => Assert.True(
        conversations.TryGetValue(answer.Id, out List<ConversationFacts>? all) && all.Contains(answer.Facts), $"{answer.Facts} of {answer.Id} was answered and never kept");

    public bool IsSent(MessageId message, byte segment) => sent.Contains((message, segment));

    /// <summary>Whether a fallback is awake, or a message needs its own no more.</summary>
    public bool IsFallbackDone(MessageId message) => fallbacksDone.Contains(message);

    /// <summary>Whether one of its segments is kept as sent.</summary>
    public bool IsSentInPart(MessageId message) => sentInPart.Contains(message);

    /// <summary>A change of flags was answered: it is in force from now on.</summary>
    public void Answered(ContactId contact, ContactFlags answer)
    {
        // The first that it can be: of two changes to the same flags the second may be kept and not answered yet.
        FlagsKept? kept = FlagsOf(contact).Find(f => !f.IsTold && !f.IsPersons && f.Flags == answer);
        Assert.True(kept is not null, $"flags {answer} of {contact} were answered and never kept");
        kept.Answered = kept.IsTold = true;
    }

    /// <summary>Whether what is in force forbids <paramref name="purpose"/>: all that was kept since some answered change does.</summary>
    public bool Forbids(ContactId contact, Purpose purpose)
    {
        List<FlagsKept> all = FlagsOf(contact);
        var facts = new Core.Consent.MessageFacts(purpose, 0, long.MaxValue, SenderAllowed: true, HasRoute: true);
        for (int i = all.Count - 1; i >= 0 && Decision.Decide(all[i].Flags, facts, 0).Kind == VerdictKind.Reject; i--)
        {
            if (all[i].Answered)
            {
                return true;
            }
        }

        return false;
    }

    private List<FlagsKept> FlagsOf(ContactId contact)
    {
        if (!flags.TryGetValue(contact, out List<FlagsKept>? all))
        {
            flags.Add(contact, all = [new FlagsKept(default) { Answered = true }]);
        }

        return all;
    }

    private sealed class FlagsKept(ContactFlags flags)
    {
        public ContactFlags Flags { get; } = flags;

        public bool Answered { get; set; }

        /// <summary>Whoever asked for it over HTTP was answered; a person's word may have been answered by it before.</summary>
        public bool IsTold { get; set; }

        /// <summary>A word of the person's made it.</summary>
        public bool IsPersons { get; init; }

        /// <summary>Of a grant nobody need be sure.</summary>
        public bool TakesAway => Flags.Blocked || Flags.For(Purpose.Marketing) == ConsentState.Withdrawn;
    }

    private string TextOf(in AcceptedMessage message, JournalPart part)
    {
        byte[] record = new byte[message.SealedLength - IRecordSealer.Overhead];
        Assert.True(sealer.TryOpen(message.Tenant, message.KeySlot, message.Id, part.Sealed.Span.Slice(message.SealedOffset, message.SealedLength), record));
        return Encoding.UTF8.GetString(MessageRecord.Read(record).Text);
    }
}
