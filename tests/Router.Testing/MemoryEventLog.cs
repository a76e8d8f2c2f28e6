using Router.Engine.Journal;

namespace Router.Testing;

/// <summary>The log of a <see cref="MemoryStore"/>: every event in commit order. All members may be called from any thread.</summary>
public sealed class MemoryEventLog : IEventLog
{
    private readonly Lock sync = new();
    private readonly List<LogEvent> log = [];
    private LogPosition begin;
    private LogPosition end;
    private LogPosition woken;
    private TaskCompletionSource grown = NewSignal();

    /// <summary>Commits that one <see cref="Read"/> looks at whatever it finds there: few, so that who takes fewer events than he asked for as the end of the log is found out.</summary>
    public int CommitsMax { get; set; } = 4;

    /// <inheritdoc/>
    public LogPosition End
    {
        get
        {
            lock (sync)
            {
                return end;
            }
        }
    }

    /// <inheritdoc/>
    public LogPosition Begin
    {
        get
        {
            lock (sync)
            {
                return begin;
            }
        }
    }

    /// <summary>Forgets the events up to and with <paramref name="position"/>, as retention does: <see cref="Begin"/> moves there.</summary>
    public void Forget(LogPosition position)
    {
        lock (sync)
        {
            log.RemoveRange(0, FirstAfterLocked(position));
            begin = position > begin ? position : begin;
        }
    }

    /// <inheritdoc/>
    public LogPosition Read(int tenant, LogPosition after, StructList<LogEvent> events, int max)
    {
        lock (sync)
        {
            LogPosition looked = after;
            int added = 0;
            int commits = 0;
            for (int i = FirstAfterLocked(after); i < log.Count; i++)
            {
                LogEvent item = log[i];
                commits += item.Position.Commit != looked.Commit || commits == 0 ? 1 : 0;
                if (added == max || commits > CommitsMax)
                {
                    return looked;
                }

                looked = item.Position;
                if (tenant == 0 || item.Entry.Tenant == tenant)
                {
                    events.Add(item);
                    added++;
                }
            }

            return looked;
        }
    }

    /// <inheritdoc/>
    public LogPosition Look(LogPosition after, ISet<int> tenants)
    {
        ArgumentNullException.ThrowIfNull(tenants);
        lock (sync)
        {
            for (int i = FirstAfterLocked(after); i < log.Count; i++)
            {
                tenants.Add(log[i].Entry.Tenant);
            }

            return end;
        }
    }

    /// <inheritdoc/>
    public LogPosition FindTime(long atMs)
    {
        lock (sync)
        {
            int first = log.FindIndex(e => e.Entry.AtMs >= atMs);
            return first < 0 ? end : first == 0 ? begin : log[first - 1].Position;
        }
    }

    /// <inheritdoc/>
    public async Task WaitAsync(LogPosition position, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task signal;
            lock (sync)
            {
                if (end > position)
                {
                    return;
                }

                signal = grown.Task;
            }

            await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Adds a commit's events; the caller orders commits and calls <see cref="Wake"/> once its own lock is free.</summary>
    internal void Add(List<LogEvent> commit)
    {
        if (commit.Count == 0)
        {
            return;
        }

        lock (sync)
        {
            log.AddRange(commit);
            end = commit[^1].Position;
        }
    }

    /// <summary>Wakes who waits, if the log grew since.</summary>
    internal void Wake()
    {
        TaskCompletionSource signal;
        lock (sync)
        {
            if (woken == end)
            {
                return;
            }

            woken = end;
            signal = grown;
            grown = NewSignal();
        }

        signal.TrySetResult();
    }

    private int FirstAfterLocked(LogPosition after)
    {
        int low = 0;
        int high = log.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (log[middle].Position > after)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
