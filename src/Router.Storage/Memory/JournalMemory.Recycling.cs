namespace Router.Storage.Memory;

/// <summary>The room of what was let go of, for what comes next.</summary>
internal sealed partial class JournalMemory
{
    private Generation? spare;
    private ContactGeneration? spareContacts;

    /// <summary>Keeps the room of a generation that was let go of for the next one; the sweeper's thread, not under the gate.</summary>
    /// <remarks>
    /// One is kept, and one of contacts: 36 and 30 MB by default, which at full rate came anew every few seconds (250 B of garbage a message), each page of it first touched by the journal's
    /// teller.
    /// </remarks>
    public void Recycle(Generation dropped)
    {
        lock (Gate)
        {
            if (dropped.Readers > 0 || spare is not null)
            {
                return;
            }
        }

        dropped.Clear();
        lock (Gate)
        {
            spare = dropped;
        }
    }

    /// <summary>As <see cref="Recycle(Generation)"/>.</summary>
    public void Recycle(ContactGeneration dropped)
    {
        dropped.Clear();
        lock (Gate)
        {
            spareContacts = dropped;
        }
    }

    private Generation NextGeneration()
    {
        Generation current = Current;
        long usageAfter = Math.Max(current.LastCommit, usageCommit);
        if (spare is not { } again)
        {
            return new Generation(current.LastCommit, generationMessages, current.Idempotency.Count, usageAfter);
        }

        spare = null;
        again.Begin(current.LastCommit, current.Idempotency.Count, usageAfter);
        return again;
    }

    private ContactGeneration NextContacts()
    {
        if (spareContacts is not { } again)
        {
            return new ContactGeneration(contacts[^1].LastCommit, contactsMax);
        }

        spareContacts = null;
        again.Begin(contacts[^1].LastCommit);
        return again;
    }
}
