using Router.Engine.Journal;

namespace Router.Testing;

public sealed partial class MemoryJournal
{
    /// <summary>
    /// Commits everything queued as one commit and tells the clients; false when nothing was queued. In manual mode the only way; in normal mode never needed.
    /// </summary>
    public bool Commit()
    {
        List<JournalPart> parts = TakeQueued();
        if (parts.Count == 0)
        {
            return false;
        }

        Write(parts);
        Tell(parts);
        return true;
    }

    /// <summary>Answers the reads that wait; false when none did.</summary>
    public bool CompleteReads()
    {
        List<object> waiting;
        lock (sync)
        {
            waiting = reads;
            reads = [];
        }

        foreach (object read in waiting)
        {
            Complete(read);
        }

        return waiting.Count > 0;
    }

    /// <summary><see cref="CompleteReads"/>, then <see cref="Commit"/>; false when there was nothing to do.</summary>
    public bool Step() => CompleteReads() | Commit();

    private void Enqueue(object read)
    {
        ArgumentNullException.ThrowIfNull(read);
        bool start;
        lock (sync)
        {
            if (dead)
            {
                return;
            }

            reads.Add(read);
            start = StartsDrainLocked();
        }

        StartDrain(start);
    }

    private bool StartsDrainLocked()
    {
        bool starts = !options.Manual && !draining;
        draining |= starts;
        return starts;
    }

    private void StartDrain(bool start)
    {
        if (start)
        {
            // An async void on purpose: what a client throws ends the test's process instead of being swallowed.
            ThreadPool.UnsafeQueueUserWorkItem(static async journal => await journal.DrainAsync().ConfigureAwait(false), this, preferLocal: false);
        }
    }

    // One at a time: all that was queued while a commit was under way is the next commit.
    private async Task DrainAsync()
    {
        while (true)
        {
            CompleteReads();
            await CommitGate.PassAsync().ConfigureAwait(false);
            List<JournalPart> parts = TakeQueued();
            if (parts.Count > 0)
            {
                Write(parts);
                await AnswerGate.PassAsync().ConfigureAwait(false);
                Tell(parts);
            }

            lock (sync)
            {
                if (queued.Count == 0 && reads.Count == 0)
                {
                    draining = false;
                    return;
                }
            }
        }
    }

    private List<JournalPart> TakeQueued()
    {
        lock (sync)
        {
            List<JournalPart> parts = queued;
            queued = [];
            return parts;
        }
    }

    private void Write(List<JournalPart> parts)
    {
        Fault fault = TakeFault();
        Store.Commit(parts, fault.Outcome, fault.Stored);
    }

    private void Tell(List<JournalPart> parts)
    {
        lock (sync)
        {
            if (dead)
            {
                return;
            }

            foreach (JournalPart part in parts)
            {
                underWay[part.Shard] = false;
            }
        }

        foreach (JournalPart part in parts)
        {
            part.Client.Appended(part);
        }
    }

    private void Complete(object read)
    {
        switch (read)
        {
            case ContactRead contacts:
                Fill(contacts);
                contacts.Client.ContactsRead(contacts);
                break;
            case RecordRead records:
                records.Failed = TakeReadFault();
                if (!records.Failed)
                {
                    Store.Open(records, sealer);
                }

                records.Client.RecordsRead(records);
                break;
            default:
                throw new InvalidOperationException($"a read of type {read.GetType().Name}");
        }
    }
}
