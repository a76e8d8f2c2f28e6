using Router.Core.Messages;
using Router.Storage.Memory;

namespace Router.Storage.Lookups;

/// <summary>
/// Walks a tenant's messages from the newest to the oldest over generations and runs as they stood when it was made. A message may show in several and under an older
/// status: the caller composes it and looks. One thread.
/// </summary>
internal sealed class TenantList : IDisposable
{
    // Rows of memory passed over under one hold of the gate: about 50 µs.
    private const int StepsMax = 4096;

    private readonly JournalMemory memory;
    private readonly LookupReader lookups;
    private readonly int tenant;
    private readonly MessageStatus status;
    private readonly List<Source> sources = [];
    private readonly GenerationReader generations;

    /// <param name="memory">Memory; its gate is taken.</param>
    /// <param name="lookups">The caller's.</param>
    /// <param name="tenant">Tenant's number.</param>
    /// <param name="status">Only with this status; none: all.</param>
    public TenantList(JournalMemory memory, LookupReader lookups, int tenant, MessageStatus status)
    {
        this.memory = memory;
        this.lookups = lookups;
        this.tenant = tenant;
        this.status = status;
        lock (memory.Gate)
        {
            generations = new GenerationReader(memory);
            foreach (Generation generation in generations.Generations)
            {
                sources.Add(new Source { Generation = generation, Bound = long.MaxValue });
            }

            foreach (Run run in memory.Runs)
            {
                AddRun(run);
            }
        }
    }

    /// <summary>The highest row key below <paramref name="before"/>; -1: none.</summary>
    public long Next(long before)
    {
        while (true)
        {
            Source? best = null;
            foreach (Source source in sources)
            {
                if (source.Bound >= before)
                {
                    source.Bound = before - 1;
                    source.IsExact = false;
                }

                if (best is null || source.Bound > best.Bound)
                {
                    best = source;
                }
            }

            if (best is null || best.Bound < 0)
            {
                return -1;
            }

            if (best.IsExact)
            {
                return best.Bound;
            }

            // Only the source that may have the next one is asked: old runs stay unopened.
            best.Bound = best.Run is null ? NextInMemory(best.Generation!, before) : lookups.NextOfTenant(best.Run, tenant, best.Status, before);
            best.IsExact = true;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => generations.Dispose();

    private void AddRun(Run run)
    {
        for (MessageStatus s = MessageStatus.Accepted; s <= MessageStatus.Cancelled; s++)
        {
            if ((run.Statuses >> (int)s & 1) != 0 && (status == MessageStatus.None || status == s))
            {
                sources.Add(new Source { Run = run, Status = s, Bound = run.KeyMax });
            }
        }
    }

    private long NextInMemory(Generation generation, long before)
    {
        while (true)
        {
            lock (memory.Gate)
            {
                if (generation.FindTenant(tenant) is not { } messages)
                {
                    return -1;
                }

                int place = messages.CountBelow(before) - 1;
                for (int steps = 0; place >= 0 && steps < StepsMax; place--, steps++)
                {
                    ref MessageRow message = ref generation.Messages[messages[place]];
                    if (status == MessageStatus.None || message.Status == status)
                    {
                        return message.RowKey;
                    }

                    before = message.RowKey;
                }

                if (place < 0)
                {
                    return -1;
                }
            }
        }
    }

    private sealed class Source
    {
        public Generation? Generation { get; init; }

        public Run? Run { get; init; }

        public MessageStatus Status { get; init; }

        // The next row key, or while not exact a bound above it.
        public long Bound { get; set; }

        public bool IsExact { get; set; }
    }
}
