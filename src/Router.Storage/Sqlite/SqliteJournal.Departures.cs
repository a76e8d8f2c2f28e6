using Router.Engine.Journal;
using Router.Storage.Lookups;

namespace Router.Storage.Sqlite;

/// <summary>Departures to a contact, for its recipient's limit: generations in memory, then the runs young enough, the newest first.</summary>
internal sealed partial class SqliteJournal
{
    // Caller holds the gate.
    private bool MayHaveSweptDepartures(in StoredContact contact)
    {
        if (contact.DeparturesFromMs == 0)
        {
            return false;
        }

        foreach (Run run in memory.Runs)
        {
            if (run.MayHaveDepartures(contact.Contact, contact.DeparturesFromMs))
            {
                return true;
            }
        }

        return false;
    }

    // Caller holds the gate.
    private void CopyDepartures(ref StoredContact contact, StructList<long> departures)
    {
        contact.DepartureOffset = departures.Count;
        if (contact.DeparturesFromMs != 0)
        {
            memory.CopyDepartures(contact.Contact, contact.DeparturesFromMs, departures, contact.DepartureOffset + ContactRead.DeparturesMax);
        }

        contact.DepartureCount = departures.Count - contact.DepartureOffset;
    }

    // Memory and the runs that stood beside it then: whatever is swept meanwhile is neither missed nor seen twice.
    private void ReadDepartures(JournalReader reader, ref StoredContact contact, StructList<long> departures)
    {
        Run[] runs;
        lock (memory.Gate)
        {
            runs = memory.Runs;
            CopyDepartures(ref contact, departures);
        }

        int end = contact.DepartureOffset + ContactRead.DeparturesMax;
        for (int i = runs.Length - 1; i >= 0 && departures.Count < end; i--)
        {
            if (runs[i].MayHaveDepartures(contact.Contact, contact.DeparturesFromMs))
            {
                reader.Lookups.CopyDepartures(runs[i], contact.Contact, contact.DeparturesFromMs, departures, end);
            }
        }

        contact.DepartureCount = departures.Count - contact.DepartureOffset;
    }
}
