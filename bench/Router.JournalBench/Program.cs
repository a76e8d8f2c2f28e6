using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.JournalBench;
using Router.Storage.Sqlite;

Options options = Options.Parse(args);
string folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"router-journal-bench-{Environment.ProcessId}")).FullName;
const int Window = 50_000;
try
{
    if (options.Sealing > 0)
    {
        await SealingRun.RunAsync(folder, options.Sealing, options.RecordBytes);
        return;
    }

    if (options.Warm > 0)
    {
        await WarmUp(options with { Messages = options.Warm });
    }

    using Process self = Process.GetCurrentProcess();
    TimeSpan rawCpu = self.TotalProcessorTime;
    int rawRows = Math.Min(options.Messages, 400_000);
    double rawRate = RawInserts.Run(folder, rawRows, options.PageSize);
    self.Refresh();
    Console.WriteLine(
        $"raw inserts (300 B, 1,000 a transaction, WAL, FULL): {rawRate:N0} rows/s, {(self.TotalProcessorTime - rawCpu).TotalMicroseconds / rawRows:F1} µs CPU each");
    Console.WriteLine($"journal: {options.Messages:N0} messages, accepted {options.RecordBytes} B, sent, delivered; {(options.Contacts == 0 ? "a contact each" : options.Contacts + " contacts")}, {options.Keys} % with idempotency keys, sealed: {options.Seal}");
    Console.WriteLine($"{"messages",10} {"msg/s",9} {"of raw",7} {"CPU µs",7} {"B/msg",7} {"MB live",8}");
    string data = Path.Combine(folder, "data");
    SqliteStore store = SqliteStore.Open(options.Store(data), TimeProvider.System, NullLoggerFactory.Instance);
    IReadOnlyList<TakenShard> taken = await Take(store);
    Shards shards = new(options, store, taken);
    self.Refresh();
    Dictionary<string, double> threadsBefore = ThreadTimes.Read();
    long start = Stopwatch.GetTimestamp();
    (int Messages, long At, TimeSpan Cpu, long Bytes) last = (0, start, self.TotalProcessorTime, GC.GetTotalAllocatedBytes());
    (int Messages, long At, TimeSpan Cpu, long Bytes) first = last;
    shards.Run(delivered =>
    {
        if (delivered < last.Messages + Window && delivered != options.Messages)
        {
            return;
        }

        self.Refresh();
        (int, long, TimeSpan, long) now = (delivered, Stopwatch.GetTimestamp(), self.TotalProcessorTime, GC.GetTotalAllocatedBytes());
        Print(last, now);
        last = now;
    });
    Console.WriteLine("whole run:");
    Print(first, last);
    Console.WriteLine("CPU µs a message by thread: " + string.Join(", ", ThreadTimes.Read()
        .Select(t => (t.Key, Micros: (t.Value - threadsBefore.GetValueOrDefault(t.Key)) * 1e6 / options.Messages))
        .Where(static t => t.Micros >= 0.05).OrderByDescending(static t => t.Micros).Select(static t => $"{t.Key} {t.Micros:F2}")));
    LogPosition end = store.Journal.Events.End;
    Console.WriteLine($"{end.Commit:N0} commits, {3.0 * options.Messages / end.Commit:N0} operations each; {DirectoryBytes(data) / options.Messages:N0} B on disk a message");
    start = Stopwatch.GetTimestamp();
    await store.DisposeAsync();
    Console.WriteLine($"closed in {Stopwatch.GetElapsedTime(start).TotalSeconds:F2} s");
    start = Stopwatch.GetTimestamp();
    store = SqliteStore.Open(options.Store(data), TimeProvider.System, NullLoggerFactory.Instance);
    taken = await Take(store);
    Console.WriteLine($"opened and all shards taken in {Stopwatch.GetElapsedTime(start).TotalSeconds:F2} s, {taken.Sum(static t => t.Unfinished.Count)} unfinished");
    await store.DisposeAsync();

    void Print((int Messages, long At, TimeSpan Cpu, long Bytes) from, (int Messages, long At, TimeSpan Cpu, long Bytes) to)
    {
        double count = Math.Max(1, to.Messages - from.Messages);
        double rate = count / Stopwatch.GetElapsedTime(from.At, to.At).TotalSeconds;
        Console.WriteLine(
            $"{to.Messages,10:N0} {rate,9:N0} {rate / rawRate,7:F2} {(to.Cpu - from.Cpu).TotalMicroseconds / count,7:F1} {(to.Bytes - from.Bytes) / count,7:F0} {GC.GetTotalMemory(false) / 1e6,8:N0}");
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

async Task WarmUp(Options few)
{
    string warm = Directory.CreateDirectory(Path.Combine(folder, "warm")).FullName;
    _ = RawInserts.Run(warm, few.Messages, few.PageSize);

    // Small generations, so that sweeps are compiled too.
    SqliteStoreOptions small = few.Store(Path.Combine(warm, "data")) with { GenerationMessages = 4000, ContactsMax = 4000 };
    await using (SqliteStore store = SqliteStore.Open(small, TimeProvider.System, NullLoggerFactory.Instance))
    {
        new Shards(few, store, await Take(store)).Run(static _ => { });
    }

    Directory.Delete(warm, recursive: true);
    GC.Collect();
}

static ValueTask<IReadOnlyList<TakenShard>> Take(SqliteStore store) => store.Journal.TakeAsync([.. Enumerable.Range(0, MessageId.ShardCount)], default);

static long DirectoryBytes(string path) => new DirectoryInfo(path).EnumerateFiles().Sum(static f => f.Length);
