namespace Router.Testing;

/// <summary>How a <see cref="MemoryJournal"/> behaves.</summary>
public sealed record MemoryJournalOptions
{
    /// <summary>What <see cref="MemoryJournal.Exclusive"/> says. Default false: epochs need waiting and renewal.</summary>
    public bool Exclusive { get; init; }

    /// <summary>
    /// True: nothing happens until the test calls <see cref="MemoryJournal.Commit"/>, <see cref="MemoryJournal.CompleteReads"/> or <see cref="MemoryJournal.Step"/>,
    /// and clients are told on that thread. Default false: the thread pool does it.
    /// </summary>
    public bool Manual { get; init; }

    /// <summary>True (the default): <see cref="MemoryJournal.ReadContacts"/> fills at once. It may be switched later by <see cref="MemoryJournal.ReadsContactsAtOnce"/>.</summary>
    public bool ReadsContactsAtOnce { get; init; } = true;
}
