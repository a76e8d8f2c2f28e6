using Router.Engine.Journal;
using Router.Storage.Lookups;
using Router.Storage.Memory;

namespace Router.Storage.Sqlite;

/// <summary>
/// What follows a commit whose fate is known: memory first, then the readers of the log, then the shards, so that whoever was answered finds what he wrote. While more waits to
/// be written it is done by a thread of its own, else by the writer's: then there is nothing to run beside, and the hand-over would only cost time.
/// </summary>
/// <remarks>
/// Hot path, 0 B. One commit at most is with the thread. Before it begins the writer waits for a commit that may close a generation, because idempotency keys of the next transaction
/// enter the growing one.
/// </remarks>
internal sealed class CommitTeller : IDisposable
{
    private readonly JournalMemory memory;
    private readonly SqliteEventLog events;
    private readonly Sweeper sweeper;
    private readonly AutoResetEvent handed = new(initialState: false);
    private readonly ManualResetEventSlim idle = new(initialState: true);
    private readonly Thread thread;
    private FinishedCommit? commit;
    private volatile bool stopping;

    public CommitTeller(JournalMemory memory, SqliteEventLog events, Sweeper sweeper)
    {
        this.memory = memory;
        this.events = events;
        this.sweeper = sweeper;
        thread = new Thread(Run) { IsBackground = true, Name = "journal teller" };
        thread.Start();
    }

    /// <summary>Takes a commit; returns when the one before has been told. The writer's thread.</summary>
    /// <param name="finished">Not touched by the writer until the next commit was taken.</param>
    /// <param name="moreWaits">Whether the writer has more to write.</param>
    public void Tell(FinishedCommit finished, bool moreWaits)
    {
        WaitUntilTold();
        if (!moreWaits || MayClose(finished))
        {
            TellNow(finished);
            return;
        }

        idle.Reset();
        commit = finished;
        handed.Set();
    }

    /// <summary>Waits until all commits taken have been told.</summary>
    public void WaitUntilTold() => idle.Wait();

    /// <inheritdoc/>
    public void Dispose()
    {
        WaitUntilTold();
        stopping = true;
        handed.Set();
        thread.Join();
        handed.Dispose();
        idle.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            handed.WaitOne();
            if (stopping)
            {
                return;
            }

            TellNow(commit!);
            idle.Set();
        }
    }

    private bool MayClose(FinishedCommit finished)
    {
        lock (memory.Gate)
        {
            return memory.WouldFill(finished.Messages, finished.Log.Count - finished.Messages);
        }
    }

    private void TellNow(FinishedCommit finished)
    {
        if (finished.Outcome == PartOutcome.Kept && finished.Log.Count > 0)
        {
            if (Remember(finished))
            {
                sweeper.Wake();
            }

            events.Publish(finished.Number, finished.Log.Finished, finished.Log.Count);
        }

        foreach (JournalPart part in finished.Parts)
        {
            part.Outcome = part.Outcome == PartOutcome.Fenced ? PartOutcome.Fenced : finished.Outcome;
            part.Client.Appended(part);
        }
    }

    // True: something is to be swept.
    private bool Remember(FinishedCommit finished)
    {
        lock (memory.Gate)
        {
            foreach (JournalPart part in finished.Parts)
            {
                if (part.Outcome == PartOutcome.Pending)
                {
                    RememberLocked(part);
                }
            }

            return memory.EndCommit(finished.Number, finished.AtMs);
        }
    }

    private void RememberLocked(JournalPart part)
    {
        foreach (ref AcceptedMessage message in part.Accepted.Span)
        {
            if (message.Kept == KeptAs.New)
            {
                memory.Accept(message);
                memory.CountUsage(message);
            }
        }

        foreach (ref JournalEntry entry in part.Entries.Span)
        {
            if (part.IsVoid(entry))
            {
                continue;
            }

            memory.Add(entry, part.Shard);
            memory.CountUsage(entry);
            if (entry.Kind == EntryKind.Flags)
            {
                memory.TouchFlags(entry);
            }
        }
    }
}
