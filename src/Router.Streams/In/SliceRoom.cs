using Router.Engine.Shards;

namespace Router.Streams.In;

/// <summary>The arrays of a slice; they grow with what it is given, and are used again for the next. One owner at a time.</summary>
internal sealed class SliceRoom
{
    // Most slices of a partition that few write to have a record or two: thousands of them wait where a shard keeps nothing.
    private const int CountMin = 16;
    private const int BytesMin = 2 * 1024;

    private AcceptRequest[] requests = new AcceptRequest[CountMin];
    private RecordPlace[] places = new RecordPlace[CountMin];
    private byte[] values = new byte[BytesMin];
    private int valuesLength;

    /// <summary>Records in it.</summary>
    public int Count { get; private set; }

    /// <summary>Their values, each with its headers.</summary>
    public ReadOnlySpan<byte> Values => values.AsSpan(0, valuesLength);

    /// <summary>Their requests.</summary>
    public ReadOnlyMemory<AcceptRequest> Requests => requests.AsMemory(0, Count);

    /// <summary>Their places.</summary>
    public ReadOnlySpan<RecordPlace> Places => places.AsSpan(0, Count);

    /// <summary>What it takes of memory, about.</summary>
    public int Size => values.Length + (requests.Length * 40); // a reference and a place of 32 bytes

    /// <summary>Adds a record.</summary>
    public void Add(AcceptRequest request, ReadPartition partition, long offset, int generation, ReadOnlySpan<byte> value, ReadOnlySpan<byte> headers)
    {
        if (Count == requests.Length)
        {
            Array.Resize(ref requests, Count * 2);
            Array.Resize(ref places, Count * 2);
        }

        int end = valuesLength + value.Length + headers.Length;
        if (values.Length < end)
        {
            byte[] more = new byte[Math.Max(values.Length * 2, end)];
            Values.CopyTo(more);
            values.AsSpan(0, valuesLength).Clear();
            values = more;
        }

        value.CopyTo(values.AsSpan(valuesLength));
        headers.CopyTo(values.AsSpan(valuesLength + value.Length));
        requests[Count] = request;
        places[Count++] = new RecordPlace(partition, offset, generation, valuesLength, value.Length, headers.Length);
        valuesLength = end;
    }

    /// <summary>Empties it; content is wiped (DESIGN §8).</summary>
    public void Clear()
    {
        values.AsSpan(0, valuesLength).Clear();
        requests.AsSpan(0, Count).Clear();
        places.AsSpan(0, Count).Clear();
        valuesLength = Count = 0;
    }
}
