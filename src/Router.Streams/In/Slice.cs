using Orleans.Providers.Streams.Common;
using Orleans.Streams;
using Router.Engine.Accepting;
using Router.Engine.Inbound;
using Router.Engine.Shards;
using Router.Grains.Streams;

namespace Router.Streams.In;

/// <summary>
/// Messages read for one shard: decoded, with their values as read and their headers for those that end as dead letters. One event of the shard's stream. Filled by the reader, then kept once however often it is
/// delivered, then settled by the reader's silo.
/// </summary>
/// <remarks>Hot path: 0 B a record in the steady state; its arrays are used again (<see cref="SliceRooms"/>). Its values stay below 64 KiB, so that none lies on the large-object heap.</remarks>
[Immutable]
internal sealed class Slice(StreamId stream, SliceQueue queue, DeadLetterDesk letters, SliceRooms rooms) : IBatchContainer, IRecordSlice
{
    /// <summary>Records at most: enough to make the stream's cost a record small, few enough for one part of a commit.</summary>
    public const int CountMax = 256;

    private const int ValueBytesMax = 64 * 1024;

    private readonly SliceRoom room = rooms.Take();
    private readonly Lock sync = new();
    private Task? keeping;
    private bool isFreed;

    /// <inheritdoc/>
    public StreamId StreamId => stream;

    /// <inheritdoc/>
    public StreamSequenceToken SequenceToken { get; set; } = new EventSequenceTokenV2(0);

    /// <summary>The shard that they are for; of a slice that has records.</summary>
    public int Shard => room.Requests.Span[0].Contact.Shard;

    /// <summary>Records in it.</summary>
    public int Count => room.Count;

    /// <summary>Records of it that were kept before, once it is settled.</summary>
    public int Repeats { get; private set; }

    /// <summary>Its messages.</summary>
    public ReadOnlyMemory<AcceptRequest> Requests => room.Requests;

    /// <summary>Where each was read.</summary>
    public ReadOnlySpan<RecordPlace> Places => room.Places;

    public SliceQueue Queue => queue;

    /// <summary>See <see cref="SliceQueue.WeightOf"/>.</summary>
    public int Weight => SliceQueue.WeightOf(Count, room.Values.Length);

    /// <summary>Whether a value with its headers of so many bytes has room.</summary>
    public bool HasRoom(int length) => Count < CountMax && (Count == 0 || room.Values.Length + length <= ValueBytesMax);

    /// <summary>Adds a message.</summary>
    public void Add(AcceptRequest request, ReadPartition partition, long offset, int generation, ReadOnlySpan<byte> value, ReadOnlySpan<byte> headers = default) =>
        room.Add(request, partition, offset, generation, value, headers);

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
    public ReadOnlySpan<byte> ValueOf(in RecordPlace place) => room.Values.Slice(place.ValueStart, place.ValueLength);

    /// <summary>The <see cref="KeptHeaders"/> of one.</summary>
    public ReadOnlySpan<byte> HeadersOf(in RecordPlace place) => room.Values.Slice(place.ValueStart + place.ValueLength, place.HeadersLength);

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

        foreach (AcceptRequest request in Requests.Span)
        {
            AcceptRequestPool.Blank(request);
        }

        pool.Return(Requests.Span);
        rooms.Return(room);
    }

    private async Task KeepOnceAsync(SliceKeeper keeper)
    {
        await keeper.KeepAsync(Requests).ConfigureAwait(false);
        for (int i = 0; i < Count; i++)
        {
            AcceptRequest request = Requests.Span[i];
            Repeats += request is { Outcome: AcceptOutcome.Accepted, IsRepeat: true } ? 1 : 0;
            if (request.Outcome == AcceptOutcome.OtherBody)
            {
                RecordPlace place = Places[i];
                DeadRecord letter = DeadRecords.Of(place.Partition.At, place.Offset, DeadRecords.KeyReused, ValueOf(place), KeptHeaders.Read(HeadersOf(place)));
                await letters.BuryAsync(letter).ConfigureAwait(false);
            }
        }
    }
}
