using Router.Engine.Journal;

namespace Router.Simulation;

/// <summary>
/// The disk under all journals of a run: what was written is there once it was synced, and not before. A power cut leaves of the rest any set of pages; a transaction counts if all of its pages are there
/// and all transactions before it count, as the checksums of a log that is read from its beginning have it.
/// </summary>
internal sealed class SimulatedDisk(SimulationRun run)
{
    private const int EntriesAPage = 3;
    private readonly List<DiskWrite> unsynced = [];

    private Random Random => run.Random;

    /// <summary>Nothing can be written until somebody makes room.</summary>
    public bool IsFull { get; set; }

    /// <summary>Writes a transaction; its outcome is known at once only if nothing of it is there.</summary>
    public DiskWrite Write(IReadOnlyList<JournalPart> parts)
    {
        var write = new DiskWrite(parts, 1 + (parts.Sum(static p => p.Accepted.Count + p.Entries.Count) / EntriesAPage));
        if (IsFull || run.Chance(run.Faults.Write))
        {
            run.Coverage.Count(IsFull ? "fault: the disk was full" : "fault: a write failed");
            Decide(write, PartOutcome.Refused, stored: false);
        }
        else if (run.Chance(run.Faults.Fenced))
        {
            run.Coverage.Count("fault: a part was fenced");
            Decide(write, PartOutcome.Fenced, stored: false);
        }
        else
        {
            unsynced.Add(write);
        }

        return write;
    }

    /// <summary>Syncs all that was written; false: nothing was.</summary>
    public bool Sync()
    {
        if (unsynced.Count == 0)
        {
            return false;
        }

        if (run.Chance(run.Faults.Sync))
        {
            run.Coverage.Count("fault: an fsync failed");
            LoseSome();
            return true;
        }

        unsynced.ForEach(write => Decide(write, PartOutcome.Kept, stored: true));
        unsynced.Clear();
        return true;
    }

    /// <summary>Waits for the transactions under way, as whoever takes an epoch does.</summary>
    public void Finish()
    {
        unsynced.ForEach(write => Decide(write, PartOutcome.Kept, stored: true));
        unsynced.Clear();
    }

    /// <summary>The power goes: what was not synced is lost from the first transaction on of which a page is missing.</summary>
    public void PowerCut() => LoseSome(isPowerCut: true);

    /// <summary>A process is gone with a transaction under way: the operating system has what it wrote; a store elsewhere ends the transaction in either way.</summary>
    public void Abandon(DiskWrite write, bool survives)
    {
        if (unsynced.Remove(write))
        {
            run.Coverage.Count("fault: killed with a write under way");
            Decide(write, PartOutcome.Unknown, survives);
        }
    }

    private void LoseSome(bool isPowerCut = false)
    {
        bool whole = true;
        foreach (DiskWrite write in unsynced)
        {
            int there = 0;
            for (int page = 0; page < write.Pages; page++)
            {
                there += Random.Next(4) > 0 ? 1 : 0;
            }

            if (isPowerCut)
            {
                run.Coverage.Count(there == write.Pages && whole ? "fault: power cut, a write survived" : there > 0 ? "fault: power cut, the last write was torn" : "fault: power cut, a write was lost");
            }

            whole &= there == write.Pages;
            Decide(write, PartOutcome.Unknown, whole);
        }

        unsynced.Clear();
    }

    private void Decide(DiskWrite write, PartOutcome outcome, bool stored)
    {
        bool[] owns = [.. write.Parts.Select(p => run.Store.EpochOf(p.Shard) == p.Epoch)];
        run.Store.Commit(write.Parts, outcome, stored);
        for (int i = 0; i < owns.Length; i++)
        {
            JournalPart part = write.Parts[i];
            if (part.Outcome == PartOutcome.Kept || (part.Outcome == PartOutcome.Unknown && stored && owns[i]))
            {
                run.Ledger.Kept(part);
            }
            else if (part.Outcome == PartOutcome.Fenced && !owns[i])
            {
                run.Coverage.Count("fault: a late owner was fenced");
            }
        }

        write.IsDecided = true;
    }
}
