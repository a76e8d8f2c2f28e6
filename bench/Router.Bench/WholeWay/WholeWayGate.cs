using System.Diagnostics;
using System.Globalization;
using Router.Engine;
using Router.Storage.Sqlite;

namespace Router.Bench.WholeWay;

/// <summary>
/// What the whole way allocates a message: an NDJSON stream of random contacts over all shards, sealed, journaled, delivered by loopback, receipted, told as events; host and
/// clients in this process, the clients without garbage. Unlike the rules it has no budget of 0: with full tables the ceiling is what the whole process may make of garbage, while they grow about twice what was seen, so that it cannot rot unnoticed.
/// </summary>
/// <remarks>
/// Seen: 650 B a message with the default bounds (tables that grow: rows of contacts, receipts awaited, the first generations of the store's memory), 34 to 43 B once they are full:
/// filters of look-ups 8, the server's answers 10.
/// </remarks>
internal static class WholeWayGate
{
    /// <summary>What picks it: <c>bench/gate whole</c>.</summary>
    public const string Name = "whole way";

    /// <summary>As many as a generation of look-ups has: the sweep of one is in the count, with its share a message.</summary>
    private const int Messages = 262_144;

    private const int WarmUpMessages = Messages / 2;
    private const double GrowingBytesMax = 1_300;
    private const double FullBytesMax = 64;
    private const int TypesShown = 10;

    /// <summary>
    /// Bounds that the warm-up reaches: 1,024 rows a shard, 512 receipts a stripe, generations of which four were swept, so that the next ones have their room. What is counted then is
    /// garbage, not tables that grow.
    /// </summary>
    private static readonly EngineOptions soonFull = new() { ContactRowsMax = 1_024, AwaitedReceiptsMax = 32_768 };
    private static readonly SqliteStoreOptions soonSwept = new() { Path = "", GenerationMessages = 65_536, ContactsMax = 65_536 };

    /// <summary>Prints bytes a message and the types that make most of them; 1 when a count is over its ceiling, else 0.</summary>
    public static async Task<int> RunAsync()
    {
        Console.WriteLine($"{Name + ": accepted to event",-44} {"messages",10} {"B/message",12} {"ceiling",8}");
        int over = 0;
        await using (RunningHost host = await RunningHost.StartAsync(new EngineOptions(), new SqliteStoreOptions { Path = "" }))
        {
            new Campaign(WarmUpMessages, 1).Run(host);
            over += Count(host, "default bounds, tables still growing", GrowingBytesMax);
        }

        await using (RunningHost host = await RunningHost.StartAsync(soonFull, soonSwept))
        {
            new Campaign(Messages, 1).Run(host);
            over += Count(host, "tables at their bounds", FullBytesMax);
            Sample(host);
        }

        return over == 0 ? 0 : 1;
    }

    private static int Count(RunningHost host, string what, double ceiling)
    {
        var campaign = new Campaign(Messages, 2);

        // What making the campaign left behind must not be collected, moved and paid for while it runs.
        GC.Collect();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        long start = Stopwatch.GetTimestamp();
        campaign.Run(host);
        double perSecond = Messages / Stopwatch.GetElapsedTime(start).TotalSeconds;
        double bytes = (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / Messages;
        bool passes = bytes <= ceiling;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what,-44} {Messages,10} {bytes,12:0} {ceiling,8:0} {(passes ? "ok" : "OVER")} ({perSecond:N0} messages/s)"));
        return passes ? 0 : 1;
    }

    private static void Sample(RunningHost host)
    {
        var campaign = new Campaign(Messages, 3);
        GC.Collect();
        using var samples = new AllocationSamples();
        campaign.Run(host);
        IReadOnlyList<(string Type, double Bytes)> types = samples.ByType;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"by type, sampled in another run of {types.Sum(static t => t.Bytes) / Messages:0} B a message:"));
        foreach ((string type, double bytes) in types.Take(TypesShown))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bytes / Messages,10:0} B  {type}"));
        }
    }
}
