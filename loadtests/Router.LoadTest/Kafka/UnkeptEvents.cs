using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.LoadTest.Kafka;

/// <summary>Events of <see cref="UnkeptJournal"/>, numbered one by one, until the one reader (who writes them to Kafka) has asked for those behind them. Full: the journal waits for him.</summary>
internal sealed class UnkeptEvents : IEventLog, IDisposable
{
    private const int Size = 1 << 18;

    private readonly Lock gate = new();
    private readonly ManualResetEventSlim room = new(true);
    private readonly LogEvent[] ring = new LogEvent[Size];
    private long last;
    private long read;
    private long told;
    private bool ended;
    private TaskCompletionSource? waiting;

    public LogPosition End => new(Volatile.Read(ref told), 0);

    public LogPosition Begin => new(Volatile.Read(ref read), 0);

    /// <summary>An accepted message is an event. The journal's thread, as all that adds.</summary>
    internal void Add(in AcceptedMessage message) => Add(new JournalEntry
    {
        Kind = EntryKind.Status, Status = message.FirstStatus, Tenant = message.Tenant, Message = message.Id, Contact = message.Contact, Sender = message.Sender, AtMs = message.AcceptedAtMs,
        HasReference = message.HasReference, Direction = message.Direction,
    });

    /// <summary>An entry of the log, if it is an event.</summary>
    internal void Add(in JournalEntry entry)
    {
        if (!(entry.Kind is EntryKind.Flags or EntryKind.Conversation or EntryKind.Notice || (entry.Kind == EntryKind.Status && entry.Status != MessageStatus.None && entry.Tenant != 0)))
        {
            return;
        }

        if (last - Volatile.Read(ref read) >= Size)
        {
            Tell();
            WaitForRoom();
        }

        last++;
        ref LogEvent added = ref ring[last % Size];
        added.Position = new LogPosition(last, 0);
        added.Entry = entry;
        added.Entry.ReceiptKey = 0;
    }

    /// <summary>Those added may be read.</summary>
    internal void Tell()
    {
        TaskCompletionSource? woken;
        lock (gate)
        {
            told = last;
            (woken, waiting) = (waiting, null);
        }

        woken?.SetResult();
    }

    /// <summary>Nobody reads any more: nobody is waited for.</summary>
    internal void Close()
    {
        ended = true;
        room.Set();
    }

    public void Dispose() => room.Dispose();

    public LogPosition Read(int tenant, LogPosition after, StructList<LogEvent> events, int max)
    {
        long end;
        lock (gate)
        {
            read = Math.Max(read, after.Commit);
            end = Math.Min(told, read + max);
        }

        room.Set();
        for (long at = read + 1; at <= end; at++)
        {
            events.Add(ring[at % Size]);
        }

        return new LogPosition(end, 0);
    }

    public LogPosition Look(LogPosition after, ISet<int> tenants)
    {
        tenants.Add(0);
        return End;
    }

    public LogPosition FindTime(long atMs) => Begin;

    public Task WaitAsync(LogPosition position, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (told > position.Commit)
            {
                return Task.CompletedTask;
            }

            waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return waiting.Task.WaitAsync(cancellationToken);
        }
    }

    private void WaitForRoom()
    {
        while (last - Volatile.Read(ref read) >= Size && !ended)
        {
            room.Reset();
            if (last - Volatile.Read(ref read) >= Size && !ended)
            {
                room.Wait();
            }
        }
    }
}
