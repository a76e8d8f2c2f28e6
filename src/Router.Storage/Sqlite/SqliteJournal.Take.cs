using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Storage.Lookups;
using Router.Storage.Memory;

namespace Router.Storage.Sqlite;

/// <summary>Taking shards: their next epochs in one transaction, then what is unfinished, from memory and rows.</summary>
internal sealed partial class SqliteJournal
{
    /// <inheritdoc/>
    /// <exception cref="StorageException">The epochs could not be written, or rows not read.</exception>
    public async ValueTask<IReadOnlyList<TakenShard>> TakeAsync(IReadOnlyList<int> shards, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(shards);
        TakeWork work = new(epochs, shards);
        if (!writer.TryAdd(work))
        {
            throw new StorageException($"'{options.Path}' is closed: Router is stopping");
        }

        // Behind this commit no part of an older epoch is kept, and memory holds all that was.
        IReadOnlyList<long> taken = await work.Taken.ConfigureAwait(false);
        return await Ask(reader => ReadTaken(reader, shards, taken), cancellationToken).ConfigureAwait(false);
    }

    private List<TakenShard> ReadTaken(JournalReader reader, IReadOnlyList<int> shards, IReadOnlyList<long> taken)
    {
        ulong asked = 0;
        foreach (int shard in shards)
        {
            asked |= 1UL << shard;
        }

        Dictionary<long, UnfinishedState> unfinished;
        List<(ReceiptRow Receipt, MessageStatus Status)> awaited;
        Dictionary<int, List<UnmatchedReceipt>> unmatched = [];
        Run[] runs;
        GenerationReader generations;
        lock (memory.Gate)
        {
            runs = memory.Runs;
            generations = new GenerationReader(memory);
            unfinished = memory.UnfinishedOf(asked);
            awaited = memory.AwaitedOf(asked, options.AwaitedReceiptsMax);
            foreach (int shard in shards)
            {
                unmatched[shard] = memory.UnmatchedOf(shard);
            }
        }

        using (generations)
        {
            AddSweptAwaited(reader, asked, runs, generations.Generations, awaited);
        }

        ILookup<int, UnfinishedMessage> messages;
        ILookup<int, AwaitedReceipt> receipts;
        long lastIdMs;
        reader.Hold();
        try
        {
            messages = ReadUnfinished(reader, unfinished).ToLookup(static m => m.Accepted.Id.Shard);
            receipts = ReadAwaited(reader, awaited).ToLookup(static r => r.Message.Shard);
            lastIdMs = reader.LastRowKey() >> 12;
        }
        finally
        {
            reader.Release();
        }

        List<TakenShard> answer = new(shards.Count);
        for (int i = 0; i < shards.Count; i++)
        {
            answer.Add(new TakenShard
            {
                Shard = shards[i],
                Epoch = taken[i],
                LastIdMs = lastIdMs,
                Unfinished = [.. messages[shards[i]]],
                Awaited = [.. receipts[shards[i]]],
                Unmatched = unmatched[shards[i]],
            });
        }

        return answer;
    }

    // From the newest runs, as many receipts as memory may hold: a restart right after a sweep must not send each receipt to the tables.
    private void AddSweptAwaited(
        JournalReader reader, ulong asked, Run[] runs, IReadOnlyList<Generation> generations, List<(ReceiptRow Receipt, MessageStatus Status)> awaited)
    {
        Dictionary<long, MessageStatus> statuses = [];
        List<ReceiptRow> receipts = [];
        HashSet<ulong> younger = [];
        int looked = 0;
        for (int i = runs.Length - 1; i >= 0 && looked < options.AwaitedReceiptsMax && awaited.Count < options.AwaitedReceiptsMax; i--)
        {
            receipts.Clear();
            reader.Lookups.ReadStatuses(runs[i], statuses);
            reader.Lookups.ReadReceipts(runs[i], receipts);
            looked += receipts.Count;
            lock (memory.Gate)
            {
                foreach (ReceiptRow receipt in receipts)
                {
                    if (!younger.Add(receipt.ReceiptKey) || JournalMemory.IsAwaited(generations, 0, receipt.ReceiptKey))
                    {
                        continue; // its carrier has given the id to another since
                    }

                    MessageStatus status = JournalMemory.StatusOf(generations, receipt.RowKey);
                    status = status == MessageStatus.None ? statuses.GetValueOrDefault(receipt.RowKey) : status;
                    if ((asked >> JournalMemory.ShardOf(receipt.RowKey) & 1) != 0 && status <= MessageStatus.Sent)
                    {
                        awaited.Add((receipt, status));
                    }
                }
            }
        }
    }

    private IEnumerable<UnfinishedMessage> ReadUnfinished(JournalReader reader, Dictionary<long, UnfinishedState> unfinished)
    {
        foreach ((long rowKey, UnfinishedState state) in unfinished.OrderBy(static u => u.Key))
        {
            if (reader.TryRead(rowKey, out AcceptedMessage message))
            {
                byte[]? part = null;
                if (message.IsPart && !TryOpenPart(reader, rowKey, out part))
                {
                    continue;
                }

                yield return new UnfinishedMessage
                {
                    Accepted = message,
                    PartRecord = part,
                    Status = state.Status,
                    Reason = state.Reason,
                    FallbackDone = state.FallbackDone,
                    Attempts = state.Attempts,
                    IsLeaving = state.IsLeaving,
                    SegmentsSent = SegmentBits.Sized(state.SegmentsSent, message.Segments),
                };
            }
        }
    }

    // False: its tenant's key is damaged, which must not keep the shard from all others; it stays unfinished, and is taken up once the key file is restored.
    private bool TryOpenPart(JournalReader reader, long rowKey, out byte[]? part)
    {
        try
        {
            return reader.TryRead(rowKey, sealer, out _, out part);
        }
        catch (StorageException fault)
        {
            LogReadFailed(logger, reader.Path, fault.Message);
            part = null;
            return false;
        }
    }

    private IEnumerable<AwaitedReceipt> ReadAwaited(JournalReader reader, List<(ReceiptRow Receipt, MessageStatus Status)> awaited)
    {
        foreach ((ReceiptRow receipt, MessageStatus status) in awaited)
        {
            if (reader.TryRead(receipt.RowKey, out AcceptedMessage message))
            {
                // Only a message of several segments needs its history: which of them were delivered.
                yield return message.Segments == 1 ? Awaited(receipt, message, status, delivered: null) : Awaited(reader, receipt, message);
            }
        }
    }

    private sealed class TakeWork(ShardEpochs epochs, IReadOnlyList<int> shards) : IWriterWork
    {
        private readonly TaskCompletionSource<IReadOnlyList<long>> taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly long[] next = new long[shards.Count];

        public Task<IReadOnlyList<long>> Taken => taken.Task;

        public void Execute()
        {
            for (int i = 0; i < next.Length; i++)
            {
                next[i] = epochs.WriteNext(shards[i]);
            }
        }

        public void Completed(StorageException? fault)
        {
            if (fault is not null)
            {
                taken.SetException(fault);
                return;
            }

            for (int i = 0; i < next.Length; i++)
            {
                epochs.Set(shards[i], next[i]);
            }

            taken.SetResult(next);
        }
    }
}
