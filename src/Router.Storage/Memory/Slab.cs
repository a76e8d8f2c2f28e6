namespace Router.Storage.Memory;

/// <summary>Rows in the order they came, in chunks that never move: growing copies nothing, a reference stays good. Caller holds the lock.</summary>
internal sealed class Slab<TRow>
    where TRow : struct
{
    private const int ChunkBits = 11;
    private const int ChunkRows = 1 << ChunkBits;

    private TRow[]?[] chunks = new TRow[16][];

    /// <summary>Rows in it.</summary>
    public int Count { get; private set; }

    /// <summary>A row by its ordinal.</summary>
    public ref TRow this[int ordinal] => ref chunks[ordinal >> ChunkBits]![ordinal & (ChunkRows - 1)];

    /// <summary>Adds <paramref name="row"/> and returns its ordinal.</summary>
    public int Add(in TRow row)
    {
        int chunk = Count >> ChunkBits;
        if (chunk == chunks.Length)
        {
            Array.Resize(ref chunks, chunks.Length * 2);
        }

        (chunks[chunk] ??= new TRow[ChunkRows])[Count & (ChunkRows - 1)] = row;
        return Count++;
    }

    /// <summary>As new, but for the room of <paramref name="rowsKept"/> rows, in which old ones lie until they are overwritten.</summary>
    public void Clear(int rowsKept)
    {
        Count = 0;
        int kept = (rowsKept + ChunkRows - 1) >> ChunkBits;
        if (kept < chunks.Length)
        {
            Array.Clear(chunks, kept, chunks.Length - kept);
        }
    }

    /// <summary>Takes the last row back.</summary>
    public void RemoveLast() => Count--;
}
