using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Storage.Memory;
using Router.Storage.Sqlite;

namespace Router.Storage.Lookups;

/// <summary>Writes a closed generation as a run, in one transaction. The sweeper's thread; the generation does not change any more.</summary>
internal sealed partial class RunWriter : IDisposable
{
    /// <summary>Mark in the status of an unfinished message.</summary>
    public const int IsLeaving = 0x80;

    /// <summary>Mark there: it has a fallback; the last status's reason follows the tries.</summary>
    public const int HasFallback = 0x40;

    /// <summary>Mark there: its fallback is done with, or as a fallback it is awake.</summary>
    public const int FallbackDone = 0x20;

    // 65,535 bytes of data at most: entries beyond are cut, the oldest first (a message retried thousands of times).
    private const int HistoryEntriesMax = 65_535 / HistoryCodec.EntryLength;

    private readonly Database database;
    private readonly BlockWriter blocks;
    private readonly StructList<EventRow> events = new(16);
    private readonly Ordering byRowKey = new();
    private readonly Ordering byReceiptKey = new();
    private long[] listed = [];

    // In the WAL, but not yet copied into the file.
    private Run? uncopied;

    public RunWriter(string path)
    {
        Path = path;
        database = LookupFile.OpenWriter(path);
        blocks = new BlockWriter(database);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>SQLite's result with which the next copy into the file fails instead of being made; 0: none. For tests: only a disk that is almost full brings it about.</summary>
    public int NextCheckpointFault { get; set; }

    /// <summary>Writes the run and what is unfinished after it. After a fault it may be done again, with the same generation.</summary>
    /// <remarks>A run that is committed but not copied counts as written only once it is: were the copy left to the next run, a WAL that cannot be copied would grow with each.</remarks>
    /// <exception cref="SqliteFault">Nothing was written, or it could not be copied into the file.</exception>
    public Run Write(Generation generation, IReadOnlyDictionary<long, UnfinishedState> unfinished)
    {
        Run run = uncopied is { } committed && committed.Number == generation.AfterCommit ? committed : Commit(generation, unfinished);
        uncopied = run;
        Checkpoint();
        uncopied = null;
        return run;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        blocks.Dispose();
        database.Dispose();
    }

    private Run Commit(Generation generation, IReadOnlyDictionary<long, UnfinishedState> unfinished)
    {
        ReadOnlySpan<int> byKey = MessagesByKey(generation);
        int statuses = 0;
        for (int i = 0; i < generation.Messages.Count; i++)
        {
            statuses |= 1 << (int)generation.Messages[i].Status;
        }

        Run run = new()
        {
            Path = Path,
            Number = generation.AfterCommit,
            AfterCommit = generation.AfterCommit,
            LastCommit = generation.LastCommit,
            LastAtMs = generation.LastAtMs,
            KeyMin = byKey.Length == 0 ? long.MaxValue : generation.Messages[byKey[0]].RowKey,
            KeyMax = byKey.Length == 0 ? long.MinValue : generation.Messages[byKey[^1]].RowKey,
            Statuses = statuses,
            Messages = byKey.Length,
            Histories = new BloomFilter(byKey.Length),
            Receipts = new BloomFilter(generation.Receipts.Count),
            IdempotencyKeys = new BloomFilter(generation.Idempotency.Count),
            Departures = new BloomFilter(generation.Departures.Count),
        };
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            WriteHistories(run, generation, byKey);
            WriteReceipts(run, generation);
            WriteIdempotencyKeys(run, generation);
            WriteList(run, generation, byKey);
            WriteDepartures(run, generation);
            WriteUnfinished(run, unfinished);
            WriteUnmatched(run, generation.Unmatched);
            WriteFilter(run, RunKind.History, run.Histories);
            WriteFilter(run, RunKind.Receipt, run.Receipts);
            WriteFilter(run, RunKind.Idempotency, run.IdempotencyKeys);
            WriteFilter(run, RunKind.Departures, run.Departures);
            WriteRun(run);
            database.Execute("COMMIT");
        }
        catch (SqliteFault)
        {
            RollBack();
            throw;
        }

        return run;
    }

    private void Checkpoint()
    {
        if (NextCheckpointFault != 0)
        {
            SqliteFault asked = new(NextCheckpointFault, "checkpoint");
            NextCheckpointFault = 0;
            throw asked;
        }

        database.Checkpoint(truncate: true);
    }

    private void RollBack()
    {
        if (!database.IsAutocommit)
        {
            database.Execute("ROLLBACK");
        }
    }

    private ReadOnlySpan<int> MessagesByKey(Generation generation)
    {
        Span<ulong> keys = byRowKey.Begin(generation.Messages.Count);
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = (ulong)generation.Messages[i].RowKey; // 60 bits: never negative
        }

        return byRowKey.End(keys.Length);
    }

    private void WriteHistories(Run run, Generation generation, ReadOnlySpan<int> byKey)
    {
        Span<byte> key = stackalloc byte[8];
        blocks.Begin(run.Number, RunKind.History, key.Length);
        foreach (int ordinal in byKey)
        {
            ref MessageRow message = ref generation.Messages[ordinal];
            events.Clear();
            for (int at = message.LastEvent; at >= 0 && events.Count < HistoryEntriesMax; at = generation.Events[at].Previous)
            {
                events.Add(generation.Events[at]);
            }

            BinaryPrimitives.WriteInt64BigEndian(key, message.RowKey);
            Span<byte> to = blocks.Add(key, events.Count * HistoryCodec.EntryLength);
            for (int i = events.Count - 1; i >= 0; i--)
            {
                HistoryCodec.Write(events[i], to);
                to = to[HistoryCodec.EntryLength..];
            }

            run.Histories!.Add(BloomFilter.Hash(message.RowKey));
        }

        blocks.Flush();
    }

    private void WriteReceipts(Run run, Generation generation)
    {
        Span<ulong> keys = byReceiptKey.Begin(generation.Receipts.Count);
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = generation.Receipts[i].ReceiptKey;
        }

        ReadOnlySpan<int> ordinals = byReceiptKey.End(keys.Length);
        Span<byte> key = stackalloc byte[8];
        blocks.Begin(run.Number, RunKind.Receipt, key.Length);
        foreach (int ordinal in ordinals)
        {
            ref ReceiptRow receipt = ref generation.Receipts[ordinal];
            BinaryPrimitives.WriteUInt64BigEndian(key, receipt.ReceiptKey);
            Span<byte> to = blocks.Add(key, 14);
            BinaryPrimitives.WriteInt64LittleEndian(to, receipt.RowKey);
            BinaryPrimitives.WriteInt32LittleEndian(to[8..], receipt.Provider);
            to[12] = receipt.Segment;
            to[13] = (byte)receipt.Scope;
            run.Receipts!.Add(receipt.ReceiptKey);
        }

        blocks.Flush();
    }

    private void WriteIdempotencyKeys(Run run, Generation generation)
    {
        UInt128[] keys = new UInt128[generation.Idempotency.Count];
        int[] ordinals = new int[keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = generation.Idempotency[i].KeyHash;
            ordinals[i] = i;
        }

        Array.Sort(keys, ordinals);
        Span<byte> key = stackalloc byte[16];
        blocks.Begin(run.Number, RunKind.Idempotency, key.Length);
        foreach (int ordinal in ordinals)
        {
            ref IdempotencyRow row = ref generation.Idempotency[ordinal];
            BinaryPrimitives.WriteUInt128BigEndian(key, row.KeyHash);
            Span<byte> to = blocks.Add(key, 24);
            row.Id.Write(to);
            BinaryPrimitives.WriteUInt64LittleEndian(to[16..], row.BodyHash);
            run.IdempotencyKeys!.Add((ulong)row.KeyHash);
        }

        blocks.Flush();
    }

    private void WriteList(Run run, Generation generation, ReadOnlySpan<int> byKey)
    {
        // Row keys are in order already: dealt out to tenants and statuses they stay so. First how many each has, then its place, then the keys.
        Dictionary<(int Tenant, MessageStatus Status), int> ends = [];
        foreach (int ordinal in byKey)
        {
            ref MessageRow message = ref generation.Messages[ordinal];
            if (IsListed(message))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(ends, (message.Tenant, message.Status), out _)++;
            }
        }

        (int Tenant, MessageStatus Status)[] lists = [.. ends.Keys.Order()];
        int count = 0;
        foreach ((int Tenant, MessageStatus Status) of in lists)
        {
            ref int end = ref CollectionsMarshal.GetValueRefOrNullRef(ends, of);
            (end, count) = (count, count + end);
        }

        if (listed.Length < count)
        {
            listed = new long[count];
        }

        foreach (int ordinal in byKey)
        {
            ref MessageRow message = ref generation.Messages[ordinal];
            if (IsListed(message))
            {
                listed[CollectionsMarshal.GetValueRefOrNullRef(ends, (message.Tenant, message.Status))++] = message.RowKey;
            }
        }

        Span<byte> key = stackalloc byte[ListKey.Length];
        blocks.Begin(run.Number, RunKind.List, key.Length);
        int at = 0;
        foreach ((int Tenant, MessageStatus Status) of in lists)
        {
            for (int end = ends[of]; at < end; at++)
            {
                ListKey.Write(of.Tenant, of.Status, listed[at], key);
                blocks.Add(key, 0);
            }
        }

        blocks.Flush();
    }

    // Without a status only its segments were touched, and an older run lists it; a part is listed nowhere.
    private static bool IsListed(in MessageRow message) => message.Status != MessageStatus.None && !message.IsPart;

    private void WriteUnfinished(Run run, IReadOnlyDictionary<long, UnfinishedState> unfinished)
    {
        ForgetUnfinishedBut(run.Number);
        Span<byte> key = stackalloc byte[8];
        blocks.Begin(run.Number, RunKind.Unfinished, key.Length);
        foreach (long rowKey in unfinished.Keys.Order())
        {
            UnfinishedState state = unfinished[rowKey];
            byte[] segments = state.SegmentsSent ?? [];
            BinaryPrimitives.WriteInt64BigEndian(key, rowKey);
            int head = state.HasFallback ? 3 : 2;
            Span<byte> to = blocks.Add(key, head + segments.Length);
            to[0] = (byte)((int)state.Status | (state.IsLeaving ? IsLeaving : 0) | (state.HasFallback ? HasFallback : 0) | (state.FallbackDone ? FallbackDone : 0));
            to[1] = state.Attempts;
            if (state.HasFallback)
            {
                to[2] = (byte)state.Reason;
            }

            segments.CopyTo(to[head..]);
        }

        blocks.Flush();
    }

    private void WriteUnmatched(Run run, IReadOnlyList<ShardReceipt> unmatched)
    {
        Span<byte> key = stackalloc byte[8];
        blocks.Begin(run.Number, RunKind.Unmatched, key.Length);
        for (int i = 0; i < unmatched.Count; i++)
        {
            UnmatchedReceipt receipt = unmatched[i].Receipt;
            BinaryPrimitives.WriteInt64BigEndian(key, i);
            Span<byte> to = blocks.Add(key, 23);
            BinaryPrimitives.WriteUInt64LittleEndian(to, receipt.ReceiptKey);
            BinaryPrimitives.WriteInt64LittleEndian(to[8..], receipt.AtMs);
            BinaryPrimitives.WriteInt32LittleEndian(to[16..], receipt.Provider);
            to[20] = (byte)receipt.Status;
            to[21] = (byte)receipt.Reason;
            to[22] = (byte)unmatched[i].Shard;
        }

        blocks.Flush();
    }

    private void ForgetUnfinishedBut(long number)
    {
        database.Execute(
            $"DELETE FROM block WHERE n IN (SELECT block FROM fence WHERE run <> {number} AND kind IN ({(int)RunKind.Unfinished}, {(int)RunKind.Unmatched}))");
        database.Execute($"DELETE FROM fence WHERE run <> {number} AND kind IN ({(int)RunKind.Unfinished}, {(int)RunKind.Unmatched})");
    }

    private void WriteFilter(Run run, RunKind kind, BloomFilter filter)
    {
        using Statement insert = database.Prepare("INSERT INTO filter(run, kind, data) VALUES(?1, ?2, ?3)");
        insert.Bind(1, run.Number).Bind(2, (long)kind).Bind(3, filter.Bytes).Run();
    }

    private void WriteRun(Run run)
    {
        using Statement insert = database.Prepare(
            "INSERT INTO run(n, after_commit, last_commit, last_at, key_min, key_max, statuses, messages) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
        insert.Bind(1, run.Number).Bind(2, run.AfterCommit).Bind(3, run.LastCommit).Bind(4, run.LastAtMs)
            .Bind(5, run.KeyMin).Bind(6, run.KeyMax).Bind(7, run.Statuses).Bind(8, run.Messages).Run();
    }
}
