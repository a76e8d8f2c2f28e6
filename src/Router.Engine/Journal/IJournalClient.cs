namespace Router.Engine.Journal;

/// <summary>Who is told of a finished request; the journal calls it from its own threads and expects it to return at once.</summary>
public interface IJournalClient
{
    /// <summary>The fate of <paramref name="part"/> is known (<see cref="JournalPart.Outcome"/>).</summary>
    void Appended(JournalPart part);

    /// <summary>The rows are filled.</summary>
    void ContactsRead(ContactRead read);

    /// <summary>The records are read.</summary>
    void RecordsRead(RecordRead read);
}
