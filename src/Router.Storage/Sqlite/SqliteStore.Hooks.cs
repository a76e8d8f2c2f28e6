using Router.Storage.Memory;

namespace Router.Storage.Sqlite;

/// <summary>What tests bring about at once that otherwise needs a full disk, a full memory or a broken one.</summary>
public sealed partial class SqliteStore
{
    /// <summary>Messages that memory holds. For tests.</summary>
    internal int HeldMessages
    {
        get
        {
            lock (memory.Gate)
            {
                return memory.Generations.Sum(static g => g.Messages.Count);
            }
        }
    }

    /// <summary>Sweeps all that memory holds and waits for it: what otherwise comes when a generation is full. For tests.</summary>
    internal async Task SweepAsync()
    {
        CloseMemory close = new(memory);
        if (writer.TryAdd(close))
        {
            await close.Closed.ConfigureAwait(false);
            sweeper.Wake();
            await Task.Run(sweeper.WaitUntilSwept).ConfigureAwait(false);
        }
    }

    /// <summary>Lets the journal's file grow no more (1), or again (0): what a full disk does. For tests.</summary>
    internal async Task LimitPagesAsync(long pages)
    {
        RunPragma work = new(database, $"PRAGMA max_page_count={(pages == 0 ? uint.MaxValue - 1 : pages)}");
        if (writer.TryAdd(work))
        {
            await work.Done.ConfigureAwait(false);
        }
    }

    /// <summary>See <see cref="SqliteWriter.NextCommitFault"/>.</summary>
    internal void FailNextCommit(int code) => writer.NextCommitFault = code;

    private sealed class RunPragma(Database database, string pragma) : IWriterWork
    {
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => done.Task;

        public void Execute() => database.Execute(pragma);

        public void Completed(StorageException? fault) => done.SetResult();
    }

    private sealed class CloseMemory(JournalMemory memory) : IWriterWork
    {
        private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Closed => closed.Task;

        public void Execute()
        {
        }

        public void Completed(StorageException? fault)
        {
            lock (memory.Gate)
            {
                memory.Close(closeGeneration: true, closeContacts: true);
            }

            closed.SetResult();
        }
    }
}
