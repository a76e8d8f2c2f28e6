namespace Router.Storage.Sqlite;

/// <summary>Something to be read on a thread of the store's.</summary>
internal interface IReadWork
{
    /// <summary>Reads and tells who asked. Faults of storage are told too, never thrown.</summary>
    void Run(JournalReader reader);
}

/// <summary>A thread with a connection of its own to read from, and a queue. Callers never block and no pool thread waits for the disk.</summary>
/// <remarks>Bounded by its callers: a shard has one read of each kind under way, an HTTP request one query.</remarks>
internal sealed class WorkThread : IDisposable
{
    private readonly JournalReader reader;
    private readonly Lock gate = new();
    private readonly AutoResetEvent arrived = new(initialState: false);
    private readonly Queue<object> waiting = new();
    private readonly Action<object, JournalReader> run;
    private readonly Thread thread;
    private bool stopping;

    /// <param name="name">The thread's name.</param>
    /// <param name="reader">Its connection.</param>
    /// <param name="run">Runs what is not an <see cref="IReadWork"/>.</param>
    public WorkThread(string name, JournalReader reader, Action<object, JournalReader> run)
    {
        this.reader = reader;
        this.run = run;
        thread = new Thread(Run) { IsBackground = true, Name = name };
        thread.Start();
    }

    /// <summary>Queues a work; false: it has stopped.</summary>
    public bool TryAdd(object work)
    {
        lock (gate)
        {
            if (stopping)
            {
                return false;
            }

            waiting.Enqueue(work);
        }

        arrived.Set();
        return true;
    }

    /// <summary>Does all that waits, then ends the thread.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            stopping = true;
        }

        arrived.Set();
        thread.Join();
        arrived.Dispose();
        reader.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            object? work;
            bool end;
            lock (gate)
            {
                waiting.TryDequeue(out work);
                end = stopping;
            }

            if (work is IReadWork read)
            {
                read.Run(reader);
            }
            else if (work is not null)
            {
                run(work, reader);
            }
            else if (end)
            {
                return;
            }
            else
            {
                arrived.WaitOne();
            }
        }
    }
}
