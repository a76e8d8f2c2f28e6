using System.Buffers.Binary;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Storage.Memory;
using Router.Storage.Sqlite;

namespace Router.Storage.Lookups;

/// <summary>Reads runs over connections of its own, opened as files are asked for. One thread.</summary>
internal sealed class LookupReader : IDisposable
{
    private readonly Dictionary<string, OpenFile> files = new(StringComparer.Ordinal);

    /// <summary>Adds a message's entries in a run, oldest first.</summary>
    /// <exception cref="SqliteFault">Not read.</exception>
    public void CopyHistory(Run run, long rowKey, StructList<EventRow> events)
    {
        Span<byte> key = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(key, rowKey);
        OpenFile file = FileOf(run);
        if (file.TrySeek(run.Number, RunKind.History, key, out ReadOnlySpan<byte> data))
        {
            HistoryCodec.Read(data, events);
        }

        file.Release();
    }

    /// <summary>Finds who awaits a receipt in a run.</summary>
    public bool TryFindReceipt(Run run, ulong receiptKey, out ReceiptRow receipt)
    {
        Span<byte> key = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(key, receiptKey);
        OpenFile file = FileOf(run);
        bool found = file.TrySeek(run.Number, RunKind.Receipt, key, out ReadOnlySpan<byte> data);
        receipt = !found ? default : new ReceiptRow
        {
            ReceiptKey = receiptKey,
            RowKey = BinaryPrimitives.ReadInt64LittleEndian(data),
            Provider = BinaryPrimitives.ReadInt32LittleEndian(data[8..]),
            Segment = data[12],
            Scope = ScopeOf(data),
        };
        file.Release();
        return found;
    }

    /// <summary>Finds an idempotency key in a run.</summary>
    public bool TryFindKey(Run run, UInt128 keyHash, out IdempotencyRow row)
    {
        Span<byte> key = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(key, keyHash);
        OpenFile file = FileOf(run);
        bool found = file.TrySeek(run.Number, RunKind.Idempotency, key, out ReadOnlySpan<byte> data);
        row = !found ? default : new IdempotencyRow
        {
            KeyHash = keyHash,
            Id = MessageId.Read(data),
            BodyHash = BinaryPrimitives.ReadUInt64LittleEndian(data[16..]),
        };
        file.Release();
        return found;
    }

    /// <summary>Adds the departures to a contact in a run from <paramref name="fromMs"/> on, the newest first, until the list has <paramref name="max"/>.</summary>
    public void CopyDepartures(Run run, in ContactId contact, long fromMs, StructList<long> departures, int max)
    {
        Span<byte> key = stackalloc byte[ContactId.Size];
        contact.Write(key);
        OpenFile file = FileOf(run);
        if (file.TrySeek(run.Number, RunKind.Departures, key, out ReadOnlySpan<byte> data))
        {
            for (; data.Length >= sizeof(long) && max > departures.Count; data = data[sizeof(long)..])
            {
                long atMs = BinaryPrimitives.ReadInt64LittleEndian(data);
                if (atMs >= fromMs)
                {
                    departures.Add(atMs);
                }
            }
        }

        file.Release();
    }

    /// <summary>The highest row key below <paramref name="before"/> of a tenant with a status in a run; -1: none.</summary>
    public long NextOfTenant(Run run, int tenant, MessageStatus status, long before)
    {
        Span<byte> key = stackalloc byte[ListKey.Length];
        ListKey.Write(tenant, status, before, key);
        OpenFile file = FileOf(run);
        long next = file.TrySeekBelow(run.Number, RunKind.List, key, out ReadOnlySpan<byte> found) && found[..5].SequenceEqual(key[..5])
            ? ListKey.RowKey(found)
            : -1;
        file.Release();
        return next;
    }

    /// <summary>Adds all receipts of a run.</summary>
    public void ReadReceipts(Run run, List<ReceiptRow> receipts) => FileOf(run).ForEach(run.Number, RunKind.Receipt, 8, (key, data) => receipts.Add(new ReceiptRow
    {
        ReceiptKey = BinaryPrimitives.ReadUInt64BigEndian(key),
        RowKey = BinaryPrimitives.ReadInt64LittleEndian(data),
        Provider = BinaryPrimitives.ReadInt32LittleEndian(data[8..]),
        Segment = data[12],
        Scope = ScopeOf(data),
    }));

    /// <summary>Adds the last status of each message of a run that is not in <paramref name="statuses"/> yet: from the newest run to the oldest they become the last ones.</summary>
    public void ReadStatuses(Run run, Dictionary<long, MessageStatus> statuses)
    {
        StructList<EventRow> events = new(8);
        FileOf(run).ForEach(run.Number, RunKind.History, 8, (key, data) =>
        {
            events.Clear();
            HistoryCodec.Read(data, events);
            for (int i = events.Count - 1; i >= 0; i--)
            {
                if (events[i].Kind == EntryKind.Status)
                {
                    statuses.TryAdd(BinaryPrimitives.ReadInt64BigEndian(key), events[i].Status);
                    return;
                }
            }
        });
    }

    /// <summary>What was unfinished at the run's end.</summary>
    public Dictionary<long, UnfinishedState> ReadUnfinished(Run run)
    {
        Dictionary<long, UnfinishedState> unfinished = [];
        FileOf(run).ForEach(run.Number, RunKind.Unfinished, 8, (key, data) =>
        {
            bool hasFallback = (data[0] & RunWriter.HasFallback) != 0;
            int head = hasFallback ? 3 : 2;
            unfinished.Add(BinaryPrimitives.ReadInt64BigEndian(key), new UnfinishedState
            {
                Status = (MessageStatus)(data[0] & ~(RunWriter.IsLeaving | RunWriter.HasFallback | RunWriter.FallbackDone)),
                IsLeaving = (data[0] & RunWriter.IsLeaving) != 0,
                HasFallback = hasFallback,
                FallbackDone = (data[0] & RunWriter.FallbackDone) != 0,
                Reason = hasFallback ? (Reason)data[2] : Reason.None,
                Attempts = data[1],
                SegmentsSent = data.Length == head ? null : data[head..].ToArray(),
            });
        });
        return unfinished;
    }

    /// <summary>Receipts that had found no message at the run's end.</summary>
    public List<ShardReceipt> ReadUnmatched(Run run)
    {
        List<ShardReceipt> unmatched = [];
        FileOf(run).ForEach(run.Number, RunKind.Unmatched, 8, (_, data) => unmatched.Add(new ShardReceipt(data[22], new UnmatchedReceipt
        {
            ReceiptKey = BinaryPrimitives.ReadUInt64LittleEndian(data),
            AtMs = BinaryPrimitives.ReadInt64LittleEndian(data[8..]),
            Provider = BinaryPrimitives.ReadInt32LittleEndian(data[16..]),
            Status = (MessageStatus)data[20],
            Reason = (Reason)data[21],
        })));
        return unmatched;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (OpenFile file in files.Values)
        {
            file.Dispose();
        }

        files.Clear();
    }

    private static ReceiptScope ScopeOf(ReadOnlySpan<byte> receipt) => receipt.Length > 13 ? (ReceiptScope)receipt[13] : ReceiptScope.NotSaid;

    private OpenFile FileOf(Run run)
    {
        if (!files.TryGetValue(run.Path, out OpenFile? file))
        {
            files.Add(run.Path, file = new OpenFile(run.Path));
        }

        return file;
    }

    private delegate void Visit(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data);

    private sealed class OpenFile : IDisposable
    {
        private readonly Database database;
        private readonly Statement atOrBelow;
        private readonly Statement below;
        private readonly Statement all;
        private readonly Statement block;

        public OpenFile(string path)
        {
            database = Database.OpenReader(path, cacheKiB: 2048);
            const string Seek = "SELECT block FROM fence WHERE run = ?1 AND kind = ?2 AND first {0} ?3 ORDER BY first DESC LIMIT 1";
            atOrBelow = database.Prepare(Seek.Replace("{0}", "<=", StringComparison.Ordinal));
            below = database.Prepare(Seek.Replace("{0}", "<", StringComparison.Ordinal));
            all = database.Prepare("SELECT block FROM fence WHERE run = ?1 AND kind = ?2 ORDER BY first");
            block = database.Prepare("SELECT data FROM block WHERE n = ?1");
        }

        /// <summary>Finds an entry by its key; the data is valid until <see cref="Release"/>.</summary>
        public bool TrySeek(long run, RunKind kind, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> data)
        {
            for (ReadOnlySpan<byte> rest = BlockAt(atOrBelow, run, kind, key); !rest.IsEmpty;)
            {
                ReadOnlySpan<byte> found = Take(ref rest, key.Length, out data);
                int order = found.SequenceCompareTo(key);
                if (order >= 0)
                {
                    return order == 0;
                }
            }

            data = default;
            return false;
        }

        /// <summary>Finds the last entry below a key; valid until <see cref="Release"/>.</summary>
        public bool TrySeekBelow(long run, RunKind kind, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> found)
        {
            found = default;
            for (ReadOnlySpan<byte> rest = BlockAt(below, run, kind, key); !rest.IsEmpty;)
            {
                ReadOnlySpan<byte> next = Take(ref rest, key.Length, out _);
                if (next.SequenceCompareTo(key) >= 0)
                {
                    break;
                }

                found = next;
            }

            return !found.IsEmpty;
        }

        public void ForEach(long run, RunKind kind, int keyLength, Visit visit)
        {
            List<long> numbers = [];
            all.Bind(1, run).Bind(2, (long)kind);
            while (all.Step())
            {
                numbers.Add(all.Long(0));
            }

            all.Reset();
            foreach (long number in numbers)
            {
                ReadOnlySpan<byte> rest = block.Bind(1, number).Step() ? block.Blob(0) : default;
                while (!rest.IsEmpty)
                {
                    ReadOnlySpan<byte> key = Take(ref rest, keyLength, out ReadOnlySpan<byte> data);
                    visit(key, data);
                }

                block.Reset();
            }
        }

        public void Release() => block.Reset();

        public void Dispose()
        {
            atOrBelow.Dispose();
            below.Dispose();
            all.Dispose();
            block.Dispose();
            database.Dispose();
        }

        private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> rest, int keyLength, out ReadOnlySpan<byte> data)
        {
            ReadOnlySpan<byte> key = rest[..keyLength];
            int length = BinaryPrimitives.ReadUInt16LittleEndian(rest[keyLength..]);
            data = rest.Slice(keyLength + sizeof(ushort), length);
            rest = rest[(keyLength + sizeof(ushort) + length)..];
            return key;
        }

        private ReadOnlySpan<byte> BlockAt(Statement seek, long run, RunKind kind, ReadOnlySpan<byte> key)
        {
            seek.Bind(1, run).Bind(2, (long)kind).Bind(3, key);
            long number = seek.Step() ? seek.Long(0) : 0;
            seek.Reset();
            return number != 0 && block.Bind(1, number).Step() ? block.Blob(0) : default;
        }
    }
}
