using Router.LoadTest.Load;
using Router.LoadTest.Watch;

namespace Router.LoadTest.Scenarios;

/// <summary>The same rate for an hour: memory and handles stay what they are, and the disk grows by the same for each message (nothing is dropped by age yet).</summary>
internal sealed class Soak : Scenario
{
    private const double MemoryTimesMax = 1.05;
    private const double MemoryMiBMore = 16;

    // What lives on, without the pages that a process keeps: a leak of a few bytes a message shows here first.
    private const double HeapMiBMore = 8;
    private const double HandlesMore = 16;
    private const double DiskTimesMax = 1.1;

    internal override string Name => "soak";

    internal override async Task RunAsync(LoadRun run)
    {
        bool lines = run.Options.Lines ?? false;
        double seconds = run.Options.Seconds ?? 3_600;
        double ceiling = await CeilingAsync(run, lines);
        await run.StartAsync(run.Options.Smpp ?? true);
        string key = await run.Administration.AddTenantAsync("load", ["+390001"]);
        await run.WarmUpAsync(key);
        double rate = await RateAsync(run, key, lines, 1_000);
        run.Mark($"{rate:N0}/s, {seconds:N0} s");
        EventReader events = run.Listen(key);
        Outcome outcome = Outcome.Begin(run, events);
        double start = run.SecondsAt(Clock.Now);
        FlowResult[] flow = await run.DriveAsync(Flow(run, "load", Schedule.Of((seconds, rate)), [key], lines, contacts: new Contacts(100_000)));
        await outcome.EndAsync(flow[0].Accepted);
        run.Latency("intended time → 202", flow[0].Answered);
        CheckDriver(run, flow[0], ceiling, rate);
        CheckAllAccepted(run, flow[0]);
        run.EndWatching();
        double Quarter(string line, int quarter) => run.Median(line, start + (seconds * quarter / 4), start + (seconds * (quarter + 1) / 4));
        double memory = Quarter("resident", 1);
        double memoryEnd = Quarter("resident", 3);
        run.Check("memory is flat (the last quarter beside the second, medians)", memoryEnd <= (memory * MemoryTimesMax) + MemoryMiBMore, $"{memory:N0} MiB, then {memoryEnd:N0} MiB");
        double heap = Quarter("GC heap after the last collection", 1);
        double heapEnd = Quarter("GC heap after the last collection", 3);
        run.Check($"the heap is flat (at most {HeapMiBMore} MiB more)", heap > 0 && heapEnd <= heap + HeapMiBMore, $"{heap:N1} MiB, then {heapEnd:N1} MiB");
        double handles = Quarter("handles", 1);
        double handlesEnd = Quarter("handles", 3);
        run.Check("handles are flat", handlesEnd <= handles + HandlesMore, $"{handles:N0}, then {handlesEnd:N0}");
        double disk = Quarter("all", 1) - Quarter("all", 0);
        double diskEnd = Quarter("all", 3) - Quarter("all", 2);
        run.Check("the disk grows no faster at the end", diskEnd <= disk * DiskTimesMax, $"{disk / (rate * seconds / 4) * 1048576:N0} B a message, then {diskEnd / (rate * seconds / 4) * 1048576:N0} B");
    }
}
