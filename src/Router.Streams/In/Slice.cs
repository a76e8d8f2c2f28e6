using System.Buffers;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;
using Router.Engine.Accepting;
using Router.Engine.Inbound;
using Router.Engine.Shards;
using Router.Grains.Streams;

namespace Router.Streams.In;

/// <summary>
/// Messages read for one shard: decoded, with their values as read for those that end as dead letters. One event of the shard's stream. Filled by the reader, then kept once however often it is
/// delivered, then settled by the reader's silo.
/// </summary>
/// <remarks>Hot path: 0 B a record in the steady state; its arrays are pooled. Its values stay below 64 KiB, so that none lies on the large-object heap.</remarks>
[Immutable]
internal sealed class Slice(StreamId stream, SliceQueue queue, DeadLetterDesk letters) : IBatchContainer, IRecordSlice
{
    /// <summary>Records at most: enough to make the stream's cost a record small, few enough for one part of a commit.</summary>
    public const int CountMax = 256;

    private const int ValueBytesMax = 64 * 1024;

    private readonly AcceptRequest[] requests = ArrayPool<AcceptRequest>.Shared.Rent(CountMax);
    private readonly RecordPlace[] places = ArrayPool<RecordPlace>.Shared.Rent(CountMax);
    private readonly Lock sync = new();
    private byte[] values = ArrayPool<byte>.Shared.Rent(8 * 1024);
    private int valuesLength;
    private Task? keeping;
    private bool isFreed;

    /// <inheritdoc/>
    public StreamId StreamId => stream;

    /// <inheritdoc/>
    public StreamSequenceToken SequenceToken { get; set; } = new EventSequenceTokenV2(0);

    /// <summary>The shard that they are for; of a slice that has records.</summary>
    public int Shard => requests[0].Contact.Shard;

    /// <summary>Records in it.</summary>
    public int Count { get; private set; }

    /// <summary>Records of it that were kept before, once it is settled.</summary>
    public int Repeats { get; private set; }

    /// <summary>Its messages.</summary>
    public ReadOnlyMemory<AcceptRequest> Requests => requests.AsMemory(0, Count);

    /// <summary>Where each was read.</summary>
    public ReadOnlySpan<RecordPlace> Places => places.AsSpan(0, Count);

    public SliceQueue Queue => queue;

    /// <summary>See <see cref="SliceQueue.WeightOf"/>.</summary>
    public int Weight => SliceQueue.WeightOf(Count, valuesLength);

    /// <summary>Whether a value of so many bytes has room.</summary>
    public bool HasRoom(int valueLength) => Count < CountMax && (Count == 0 || valuesLength + valueLength <= ValueBytesMax);

    /// <summary>Adds a message.</summary>
    public void Add(AcceptRequest request, ReadPartition partition, long offset, ReadOnlySpan<byte> value)
    {
        if (values.Length < valuesLength + value.Length)
        {
            byte[] more = ArrayPool<byte>.Shared.Rent(valuesLength + value.Length);
            values.AsSpan(0, valuesLength).CopyTo(more);
            Return(values, valuesLength);
            values = more;
        }

        value.CopyTo(values.AsSpan(valuesLength));
        requests[Count] = request;
        places[Count++] = new RecordPlace(partition, offset, valuesLength, value.Length);
        valuesLength += value.Length;
    }

    /// <inheritdoc/>
    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() => [Tuple.Create((T)(object)this, SequenceToken)];

    /// <inheritdoc/>
    public bool ImportRequestContext() => false;

    /// <inheritdoc/>
    public Task KeepAsync(SliceKeeper keeper)
    {
        lock (sync)
        {
            return keeping ??= KeepOnceAsync(keeper);
        }
    }

    /// <summary>The value of one, as read.</summary>
    public ReadOnlySpan<byte> ValueOf(in RecordPlace place) => values.AsSpan(place.ValueStart, place.ValueLength);

    /// <summary>Packs it for another silo. A delivery that was given up may still come to be written: it must not take what lies in these arrays by then.</summary>
    /// <exception cref="ObjectDisposedException">It is settled.</exception>
    public SliceItem Pack(SiloAddress here)
    {
        lock (sync)
        {
            ObjectDisposedException.ThrowIf(isFreed, this);
            return SliceItem.Of(this, here);
        }
    }

    /// <summary>Gives back what it holds, once nobody here touches it any more: a slice that another silo settled may have been begun here, before its shard went there.</summary>
    public void Dispose(AcceptRequestPool pool)
    {
        Task? begun;
        lock (sync)
        {
            begun = keeping;
        }

        if (begun is null || begun.IsCompleted)
        {
            Free(pool);
        }
        else
        {
            _ = FreeAfterAsync(begun, pool);
        }
    }

    private async Task FreeAfterAsync(Task begun, AcceptRequestPool pool)
    {
        await begun.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Free(pool);
    }

    private void Free(AcceptRequestPool pool)
    {
        lock (sync)
        {
            isFreed = true;
        }

        var back = new Stack<AcceptRequest>(Count);
        foreach (AcceptRequest request in Requests.Span)
        {
            AcceptRequestPool.Blank(request);
            back.Push(request);
        }

        pool.Return(back);
        Return(values, valuesLength);
        ArrayPool<AcceptRequest>.Shared.Return(requests, clearArray: true);
        ArrayPool<RecordPlace>.Shared.Return(places, clearArray: true);
    }

    private async Task KeepOnceAsync(SliceKeeper keeper)
    {
        await keeper.KeepAsync(Requests).ConfigureAwait(false);
        for (int i = 0; i < Count; i++)
        {
            Repeats += requests[i] is { Outcome: AcceptOutcome.Accepted, IsRepeat: true } ? 1 : 0;
            if (requests[i].Outcome == AcceptOutcome.OtherBody)
            {
                RecordPlace place = places[i];
                DeadRecord letter = DeadRecords.Of(place.Partition.At, place.Offset, DeadRecords.KeyReused, ValueOf(place));
                await letters.BuryAsync(letter).ConfigureAwait(false);
            }
        }
    }

    // Content: wiped before it goes back (DESIGN §8).
    private static void Return(byte[] rented, int used)
    {
        rented.AsSpan(0, used).Clear();
        ArrayPool<byte>.Shared.Return(rented);
    }
}
