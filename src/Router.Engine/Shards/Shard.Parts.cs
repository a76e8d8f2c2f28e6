using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Inbound;
using Router.Engine.Journal;

namespace Router.Engine.Shards;

/// <content>
/// Parts of messages from end users. Each is a row of its own, kept before it is acknowledged; when all are there, or their time is up, the whole message is kept in one transaction with
/// their ends. So they are joined over binds, providers, owners and restarts: open parts come back with the unfinished messages.
/// </content>
internal sealed partial class Shard
{
    // A phone that sends more long messages at once than that has their oldest told as it is.
    private const int GroupsPerContactMax = 8;
    private const int JoinsMax = 64;

    // So long after the first, and after the wait for its message, a part that comes again is told again by its carrier, not another message's.
    private const long ToldAgainMs = 900_000;
    private readonly Dictionary<PartKey, PartGroup> openGroups = [];

    // Open groups in the order they were opened; those to be joined next.
    private readonly LinkedList<PartGroup> groupsByAge = [];
    private readonly LinkedList<PartGroup> ready = [];
    private readonly RepeatedParts repeatedParts = new();
    private int openParts;
    private long groupsLookedAtMs;

    /// <summary>Whether messages wait to be joined in the next part.</summary>
    public bool HasJoins => ready.Count > 0;

    /// <summary>Parts that wait for others; for tests.</summary>
    public int OpenParts => openParts;

    /// <summary>Adds whole messages to <paramref name="part"/>, each with the ends of its parts.</summary>
    public void PrepareJoins(JournalPart part, StructList<int> partRows)
    {
        LinkedListNode<PartGroup>? next = ready.First;
        for (int joins = 0; next is not null && joins < JoinsMax;)
        {
            LinkedListNode<PartGroup> node = next;
            next = node.Next;
            if (inboundRows.Contains(node.Value.Row) || (ConversationOf(node.Value) is { } id && !HasConversation(node.Value.Origin.Tenant, id)))
            {
                continue; // one a contact in a part; and one that was closed after the conversations were asked for waits for the next
            }

            ready.Remove(node);
            Prepare(node.Value, part, partRows);
            joins++;
        }
    }

    /// <summary>The conversation of each message that may be joined in the next part.</summary>
    public IEnumerable<(int Tenant, ConversationId Id)> JoinedConversations()
    {
        foreach (PartGroup group in ready.Take(JoinsMax))
        {
            if (ConversationOf(group) is { } id)
            {
                yield return (group.Origin.Tenant, id);
            }
        }
    }

    // Null: nobody's, or erased.
    private static ConversationId? ConversationOf(PartGroup group) =>
        group.Origin.Tenant != 0 && group.Count > 0 ? new ConversationId(group.Key.Contact, group.Key.Own) : null;

    /// <summary>Takes up a part that waits for others; its contact's row is in memory.</summary>
    private void RecoverPart(in UnfinishedMessage unfinished, int row)
    {
        AcceptedMessage accepted = unfinished.Accepted;
        if (unfinished.PartRecord is null)
        {
            // Its key was destroyed: only its end is still to be written.
            var erased = new PartGroup(new PartKey(accepted.Contact, accepted.Sender, 0, 1), row, new InboundOrigin(accepted.Tenant, accepted.Channel, default, Sender.None, 0), 0);
            erased.Add(accepted.Id, 1, null);
            Pin(row);
            ready.AddLast(erased);
            return;
        }

        MessageRecord record = MessageRecord.Read(unfinished.PartRecord);
        InboundPart which = InboundPart.Read(record.Reference);
        var own = new Sender(System.Text.Encoding.UTF8.GetString(record.From));
        AddPart(new InboundOrigin(accepted.Tenant, accepted.Channel, record.To.ToArray(), own, which.Provider), row, accepted.Id, which, record.Text.ToArray(), accepted.AcceptedAtMs);
    }

    // Messages whose parts did not all come in time are told as they are. Looked at once a second.
    private void TimeOutParts()
    {
        if (MonotonicMs - groupsLookedAtMs < 1_000)
        {
            return;
        }

        groupsLookedAtMs = MonotonicMs;
        repeatedParts.Forget(MonotonicMs);
        for (LinkedListNode<PartGroup>? node = groupsByAge.First; node is not null;)
        {
            LinkedListNode<PartGroup>? next = node.Next;
            if (node.Value.DueMs <= MonotonicMs)
            {
                Close(node.Value);
            }

            node = next;
        }
    }

    // A part is kept.
    private void AddPart(InboundOrigin origin, int row, MessageId id, InboundPart which, ReadOnlyMemory<byte> text, long acceptedAtMs)
    {
        var key = new PartKey(rows[row].Id, origin.Own.Tag, which.Reference, which.Parts);
        if (openGroups.TryGetValue(key, out PartGroup? group) && group.Contradicts(which.Part, text.Span))
        {
            Close(group); // references are few and come again
            group = null;
        }

        if (group is null)
        {
            MakeRoom(row);
            long wait = options.PartsWaitSeconds * 1_000L;
            group = new PartGroup(key, row, origin, MonotonicMs + Math.Clamp(acceptedAtMs + wait - NowMs, 0, wait));
            Pin(row);
            openGroups.Add(key, group);
            groupsByAge.AddLast(group);
            repeatedParts.MoveTo(group, which.Part);
        }

        group.Add(id, which.Part, text);
        openParts++;
        if (group.IsWhole)
        {
            Close(group);
        }
    }

    // A part was kept before, as `first`: told again, or of a later message that has the same words under the same reference.
    private void RepeatPart(InboundOrigin origin, int row, in MessageId first, InboundPart which, ReadOnlyMemory<byte> text)
    {
        long wait = options.PartsWaitSeconds * 1_000L;
        if (NowMs - first.UnixMs < wait + ToldAgainMs)
        {
            return;
        }

        var key = new PartKey(rows[row].Id, origin.Own.Tag, which.Reference, which.Parts);
        if (!openGroups.TryGetValue(key, out PartGroup? group))
        {
            repeatedParts.Add(key, which.Part, text, MonotonicMs + wait);
            return;
        }

        group.Add(which.Part, text);
        if (group.IsWhole)
        {
            Close(group);
        }
    }

    private void MakeRoom(int row)
    {
        while (openParts >= options.PartsMax)
        {
            Close(groupsByAge.First!.Value);
        }

        int ofContact = 0;
        PartGroup? oldest = null;
        foreach (PartGroup group in groupsByAge)
        {
            if (group.Row == row)
            {
                oldest ??= group;
                ofContact++;
            }
        }

        if (ofContact >= GroupsPerContactMax)
        {
            Close(oldest!);
        }
    }

    // No more parts: it is joined in the next part. One that comes all the same begins a message of its own.
    private void Close(PartGroup group)
    {
        openGroups.Remove(group.Key);
        groupsByAge.Remove(group);
        openParts -= group.Kept.Count;
        ready.AddLast(group);
    }

    private void Prepare(PartGroup group, JournalPart part, StructList<int> partRows)
    {
        var one = new InboundUnderWay { Row = group.Row, Group = group };
        if (group.Count > 0 && !Configuration.IsClosed(group.Origin.Tenant))
        {
            PrepareWhole(one, group.Origin, group.Join(InboundTextBytesMax), group.Key.Parts, part, partRows);
        }
        else
        {
            inboundUnderWay.Add(one);
        }

        foreach (MessageId kept in group.Kept)
        {
            ref JournalEntry entry = ref part.Entries.Add();
            entry.Kind = EntryKind.PartDone;
            entry.AtMs = NowMs;
            entry.Message = kept;
            entry.Contact = group.Key.Contact;
            entry.Sender = group.Key.Own;
            entry.Tenant = group.Origin.Tenant;
        }
    }

    private void EndJoin(PartGroup group, bool isTold)
    {
        Unpin(group.Row);
        if (isTold)
        {
            effects.Inbound.Add(group.IsWhole ? InboundCount.Joined : InboundCount.Incomplete);
        }
    }

    private void AbandonInbound()
    {
        RefuseInbound();
        openGroups.Clear();
        groupsByAge.Clear();
        ready.Clear();
        repeatedParts.Clear();
        openParts = 0;
    }
}
