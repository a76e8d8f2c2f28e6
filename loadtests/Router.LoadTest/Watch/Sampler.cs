using Router.LoadTest.Children;
using Router.LoadTest.Load;
using Router.LoadTest.Report;

namespace Router.LoadTest.Watch;

/// <summary>Looks once a second at the router's process and metrics, the carrier's and the driver's own process, and the disk. On a thread of its own.</summary>
internal sealed class Sampler : IDisposable
{
    private const int DiskEvery = 5;

    private readonly RouterChild router;
    private readonly HttpClient client;
    private readonly string folder;
    private readonly int? carrierPid;
    private readonly Func<long, double> runSeconds;
    private readonly ManualResetEventSlim stop = new();
    private readonly Thread thread;

    private readonly Track routerCpu = new("CPU, % of a core", "router", "%");
    private readonly Track driverCpu = new("CPU, % of a core", "driver", "%");
    private readonly Track carrierCpu = new("CPU, % of a core", "carrier", "%");
    private readonly Track rss = new("router's memory, MiB", "resident", "MiB");
    private readonly Track heap = new("router's memory, MiB", "GC heap after the last collection", "MiB");
    private readonly Track gen0 = new("collections a second", "gen 0", "1/s");
    private readonly Track gen1 = new("collections a second", "gen 1", "1/s");
    private readonly Track gen2 = new("collections a second", "gen 2", "1/s");
    private readonly Track pauses = new("GC pauses, ms a second", "paused", "ms");
    private readonly Track allocated = new("allocated, MiB a second", "allocated", "MiB/s");
    private readonly Track waiting = new("messages inside", "accepted, not finished", "");
    private readonly Track inFlight = new("messages inside", "with the provider", "");
    private readonly Track unkept = new("messages inside", "outcomes not kept yet", "");
    private readonly Track awaited = new("receipts awaited, in memory", "awaited", "");
    private readonly Track commits = new("commits a second (an fsync each)", "commits", "1/s");
    private readonly Track commitTime = new("commit's duration, ms", "p99 (a bucket's upper bound)", "ms");
    private readonly Track walBytes = new("disk, MiB", "write-ahead log", "MiB");
    private readonly Track disk = new("disk, MiB", "all", "MiB");
    private readonly Track handles = new("router's handles and threads", "handles", "");
    private readonly Track threads = new("router's handles and threads", "threads", "");

    private readonly Dictionary<Track, double> totals = [];
    private MetricsText? metricsBefore;
    private double before;
    private int looks;

    internal Sampler(RouterChild router, string folder, int? carrierPid, Func<long, double> runSeconds)
    {
        (this.router, this.folder, this.carrierPid, this.runSeconds) = (router, folder, carrierPid, runSeconds);
        client = router.Client(RouterChild.OperatorKey);
        client.Timeout = TimeSpan.FromSeconds(5);
        thread = new Thread(Run) { Name = "sampler", IsBackground = true };
        thread.Start();
    }

    /// <summary>What it drew, without what never had a value.</summary>
    internal IEnumerable<Track> Tracks => ((Track[])[routerCpu, driverCpu, carrierCpu, waiting, inFlight, unkept, awaited, commits, commitTime, rss, heap, gen0, gen1, gen2, pauses, allocated, walBytes, disk, handles, threads]).Where(static t => t.Times.Count > 0);

    /// <summary>The router's CPU of the last second, % of a core, and its resident MiB: for the terminal.</summary>
    internal (double Cpu, double Resident) Last => (routerCpu.Last, rss.Last);

    /// <summary>Accepted and not finished, as last seen.</summary>
    internal double Waiting => waiting.Last;

    /// <summary>Scrapes now.</summary>
    internal MetricsText Scrape() => new(client.GetStringAsync(new Uri("/metrics", UriKind.Relative)).GetAwaiter().GetResult());

    /// <summary>Bytes of all files of the router's folder now.</summary>
    internal long DiskBytes()
    {
        long bytes = 0;
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            try
            {
                bytes += new FileInfo(file).Length;
            }
            catch (FileNotFoundException)
            {
                // Sweeps and checkpoints replace files meanwhile.
            }
        }

        return bytes;
    }

    public void Dispose()
    {
        stop.Set();
        thread.Join();
        client.Dispose();
        stop.Dispose();
    }

    private void Run()
    {
        do
        {
            double at = runSeconds(Clock.Now);
            LookAtProcesses(at);
            try
            {
                LookAtMetrics(at, Scrape());
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // A router that does not answer in time, or is gone, has no points here; the flows tell why.
            }

            if (looks++ % DiskEvery == 0)
            {
                disk.Add(at, DiskBytes() / 1048576.0);
            }

            before = at;
        }
        while (!stop.Wait(1_000));
    }

    private void LookAtProcesses(double at)
    {
        if (ProcessFigures.Of(router.Pid) is { } own)
        {
            Rate(routerCpu, at, own.CpuSeconds * 100);
            rss.Add(at, own.ResidentBytes / 1048576.0);
            handles.Add(at, own.Handles);
            threads.Add(at, own.Threads);
        }

        Rate(driverCpu, at, ProcessFigures.Of(Environment.ProcessId)!.Value.CpuSeconds * 100);
        if (carrierPid is { } pid && ProcessFigures.Of(pid) is { } carrier)
        {
            Rate(carrierCpu, at, carrier.CpuSeconds * 100);
        }
    }

    private void LookAtMetrics(double at, MetricsText metrics)
    {
        const string Generation = "gc_heap_generation=\"gen";
        const string Collections = "dotnet_gc_collections_total";
        double older = metrics.Sum(Collections, Generation + "2");
        double middle = metrics.Sum(Collections, Generation + "1");
        Rate(gen2, at, older);
        Rate(gen1, at, middle);
        Rate(gen0, at, metrics.Sum(Collections, Generation + "0"));
        Rate(pauses, at, metrics.Sum("dotnet_gc_pause_time_seconds_total") * 1e3);
        Rate(allocated, at, metrics.Sum("dotnet_gc_heap_total_allocated_bytes_total") / 1048576);
        heap.Add(at, metrics.Sum("dotnet_gc_last_collection_heap_size_bytes") / 1048576);
        waiting.Add(at, metrics.Sum("router_messages_waiting"));
        inFlight.Add(at, metrics.Sum("router_provider_in_flight"));
        unkept.Add(at, metrics.Sum("router_provider_unkept"));
        awaited.Add(at, metrics.Sum("router_receipts_awaited"));
        walBytes.Add(at, metrics.Sum("router_journal_wal_bytes") / 1048576);
        Rate(commits, at, metrics.Sum("router_journal_commits_total"));
        if (metricsBefore is { } earlier && metrics.Quantile(earlier, "router_journal_commit_duration_seconds", 0.99) is { } seconds)
        {
            commitTime.Add(at, seconds * 1e3);
        }

        metricsBefore = metrics;
    }

    // Of a total that only grows, how much a second.
    private void Rate(Track track, double at, double total)
    {
        if (totals.TryGetValue(track, out double last) && at > before)
        {
            track.Add(at, Math.Max(0, (total - last) / (at - before)));
        }

        totals[track] = total;
    }
}
