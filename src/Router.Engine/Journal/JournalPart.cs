namespace Router.Engine.Journal;

/// <summary>
/// What one shard adds to the next commit. Made and reused by the shard's owner, lent to the journal from <see cref="IJournal.Append"/> until
/// the client is told. Order in the log: the accepted messages, then the entries.
/// </summary>
public sealed class JournalPart
{
    /// <summary>A part of <paramref name="shard"/>, whose fate <paramref name="client"/> is told.</summary>
    public JournalPart(int shard, IJournalClient client)
    {
        Shard = shard;
        Client = client;
    }

    /// <summary>Who is told.</summary>
    public IJournalClient Client { get; }

    /// <summary>The shard.</summary>
    public int Shard { get; }

    /// <summary>The epoch under which it is written.</summary>
    public long Epoch { get; set; }

    /// <summary>Messages to keep.</summary>
    public StructList<AcceptedMessage> Accepted { get; } = new(64);

    /// <summary>Entries of the log.</summary>
    public StructList<JournalEntry> Entries { get; } = new(64);

    /// <summary>Rows of conversations as they are now, in the order of the changes; a later one of a conversation replaces the earlier. Part of the same transaction.</summary>
    public StructList<StoredConversation> Conversations { get; } = new(4);

    /// <summary>The sealed records, one after the other.</summary>
    public ByteList Sealed { get; } = new(16 * 1024);

    /// <summary>The journal's answer.</summary>
    public PartOutcome Outcome { get; set; }

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => Accepted.Count == 0 && Entries.Count == 0 && Conversations.Count == 0;

    /// <summary>Whether <paramref name="entry"/>, of this part, follows from a message that turned out a repeat: then it is not written, and takes no effect.</summary>
    public bool IsVoid(in JournalEntry entry) => entry.FollowsFrom != 0 && Accepted[entry.FollowsFrom - 1].Kept != KeptAs.New;

    /// <summary>The same of a conversation's row.</summary>
    public bool IsVoid(in StoredConversation conversation) => conversation.FollowsFrom != 0 && Accepted[conversation.FollowsFrom - 1].Kept != KeptAs.New;

    /// <summary>Empties it for the next use.</summary>
    public void Clear()
    {
        Accepted.Clear();
        Entries.Clear();
        Sealed.Clear();
        Conversations.Clear();
        Outcome = PartOutcome.Pending;
    }
}
