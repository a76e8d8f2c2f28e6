using System.Globalization;

namespace Router.Engine.Machine;

/// <summary>
/// Notices that managed memory nears what the process may have (a container's limit, <c>DOTNET_GCHeapHardLimit</c>, the machine's): then nothing more is accepted until what waits has left.
/// Everything that Router holds is bounded, but bounds by count do not know how much memory there is; without this the process would end with OutOfMemoryException somewhere.
/// </summary>
/// <remarks>Looked at by one thread, read by any. Hot path: <see cref="IsShort"/> at each message.</remarks>
public sealed class MemoryWatch
{
    // What has been accepted takes more as it leaves (statuses, receipts awaited), at most about half of what it took to wait: that must find its place above the first.
    private const double ShortFrom = 0.80;
    private const double EndsBelow = 0.70;

    // A full collection beside the program, so that what is counted is not mostly garbage; no more often than it could pay.
    private static readonly TimeSpan CollectPause = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(5);

    private readonly TimeProvider time;
    private readonly Func<(long Used, long Limit)> read;
    private readonly Action collect;
    private long? collectedAt;
    private long? belowSince;
    private volatile string? because;

    /// <summary>Of this process.</summary>
    public MemoryWatch(TimeProvider time)
        : this(time, Reader(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes), static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false))
    {
    }

    internal MemoryWatch(TimeProvider time, Func<(long Used, long Limit)> read, Action collect)
    {
        this.time = time;
        this.read = read;
        this.collect = collect;
    }

    /// <summary>Whether nothing more may be accepted.</summary>
    public bool IsShort => because is not null;

    /// <summary>Why nothing is accepted, for people, with the remedy; null: there is room.</summary>
    public string? ShortBecause => because;

    /// <summary>Looks at the memory; true: what there is to tell has changed.</summary>
    internal bool Look()
    {
        (long used, long limit) = read();
        if (used >= limit * EndsBelow && (used >= limit * ShortFrom || because is not null) && IsCollectionDue())
        {
            collect();
            (used, limit) = read();
        }

        if (used < limit * ShortFrom)
        {
            return because is not null && Ends(used < limit * EndsBelow);
        }

        belowSince = null;
        if (because is not null)
        {
            return false;
        }

        because = string.Create(
            CultureInfo.InvariantCulture,
            $"memory is short ({used >> 20} of {limit >> 20} MiB): nothing is accepted until what waits has left; give the process more, or lower Engine:ContactRowsMax and the tenants' limits.waiting");
        return true;
    }

    private bool IsCollectionDue()
    {
        if (collectedAt is { } at && time.GetElapsedTime(at) < CollectPause)
        {
            return false;
        }

        collectedAt = time.GetTimestamp();
        return true;
    }

    // Well below, or below for a while: what stays for good may lie between the two, and must not keep everything out for ever.
    private bool Ends(bool well)
    {
        belowSince ??= time.GetTimestamp();
        if (!well && time.GetElapsedTime(belowSince.Value) < Steady)
        {
            return false;
        }

        belowSince = null;
        because = null;
        return true;
    }

    // The limit is read once: the collector takes a container's at its start, too.
    private static Func<(long Used, long Limit)> Reader(long limit) => () => (GC.GetTotalMemory(forceFullCollection: false), limit);
}
