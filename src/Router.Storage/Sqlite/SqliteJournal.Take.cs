using Router.Core.Messages;
using Router.Engine.Journal;
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

        SortedDictionary<long, JournalMemory.Unfinished> unfinished;
        List<(ReceiptRow Receipt, MessageStatus Status, byte[]? Delivered)> awaited;
        Dictionary<int, List<UnmatchedReceipt>> unmatched = [];
        lock (memory.Gate)
        {
            unfinished = memory.UnfinishedOf(asked);
            awaited = memory.AwaitedOf(asked, options.AwaitedReceiptsMax);
            foreach (int shard in shards)
            {
                unmatched[shard] = memory.UnmatchedOf(shard);
            }
        }

        ILookup<int, UnfinishedMessage> messages = ReadUnfinished(reader, unfinished).ToLookup(static m => m.Accepted.Id.Shard);
        ILookup<int, AwaitedReceipt> receipts = ReadAwaited(reader, awaited).ToLookup(static r => r.Message.Shard);
        long lastIdMs = reader.LastRowKey() >> 12;
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

    private static IEnumerable<UnfinishedMessage> ReadUnfinished(JournalReader reader, SortedDictionary<long, JournalMemory.Unfinished> unfinished)
    {
        foreach ((long rowKey, JournalMemory.Unfinished state) in unfinished)
        {
            if (reader.TryRead(rowKey, out AcceptedMessage message))
            {
                yield return new UnfinishedMessage
                {
                    Accepted = message,
                    Status = state.Status,
                    Attempts = state.Attempts,
                    SegmentsSent = SegmentBits.Sized(state.SegmentsSent, message.Segments),
                };
            }
        }
    }

    private static IEnumerable<AwaitedReceipt> ReadAwaited(JournalReader reader, List<(ReceiptRow Receipt, MessageStatus Status, byte[]? Delivered)> awaited)
    {
        foreach ((ReceiptRow receipt, MessageStatus status, byte[]? delivered) in awaited)
        {
            if (reader.TryRead(receipt.RowKey, out AcceptedMessage message))
            {
                yield return Awaited(receipt, message, status, delivered);
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
