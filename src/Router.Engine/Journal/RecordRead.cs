namespace Router.Engine.Journal;

/// <summary>Records read back and opened in one batch. Reused by the shard's owner.</summary>
public sealed class RecordRead(IJournalClient client)
{
    /// <summary>Who is told.</summary>
    public IJournalClient Client { get; } = client;

    /// <summary>In: which. Out: where they lie.</summary>
    public StructList<StoredRecord> Items { get; } = new(64);

    /// <summary>The opened records.</summary>
    public ByteList Records { get; } = new(16 * 1024);

    /// <summary>Whether storage failed; nothing was filled.</summary>
    public bool Failed { get; set; }
}
