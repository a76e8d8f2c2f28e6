using Router.Engine.Journal;

namespace Router.Bench.ShardWay;

/// <summary>Stand-in for a shard's owner as the journal's client: the benchmark takes each part as kept and never sends it.</summary>
internal sealed class UnheardJournal : IJournalClient
{
    public void Appended(JournalPart part) => throw new NotSupportedException();

    public void ContactsRead(ContactRead read) => throw new NotSupportedException();

    public void RecordsRead(RecordRead read) => throw new NotSupportedException();
}
