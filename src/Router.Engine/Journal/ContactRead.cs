using Router.Core.Limits;

namespace Router.Engine.Journal;

/// <summary>Rows of contacts, read in one batch on first touch. Reused by the shard's owner.</summary>
public sealed class ContactRead(IJournalClient client)
{
    /// <summary>Departures given back for a contact at most, the newest: as many as a recipient's limit can count.</summary>
    public const int DeparturesMax = RecipientLog.CountMax;

    /// <summary>Who is told.</summary>
    public IJournalClient Client { get; } = client;

    /// <summary>In: the contacts, sorted or not. Out: filled.</summary>
    public StructList<StoredContact> Contacts { get; } = new(64);

    /// <summary>In: tenant and id of each. Out: filled. Mostly none: only acts and inbound messages ask.</summary>
    public StructList<StoredConversation> Conversations { get; } = new(4);

    /// <summary>Out: times (Unix ms) at which messages had left (<see cref="JournalEntry.HasLeft"/>), of all contacts that asked, in no order.</summary>
    public StructList<long> Departures { get; } = new(16);

    /// <summary>Whether storage failed; nothing was filled.</summary>
    public bool Failed { get; set; }
}
