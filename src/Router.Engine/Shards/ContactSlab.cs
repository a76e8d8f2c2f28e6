namespace Router.Engine.Shards;

/// <summary>A shard's rows of contacts by their places, in chunks that never move: growing copies nothing, a reference stays good. Single owner.</summary>
/// <remarks>
/// Hot path, 0 B but for growth. Refused: an array that doubles. While contacts are new it made 90 to 260 B of garbage a message, all of a shard's rows were copied in one step, and as large objects its arrays brought
/// collections of all memory.
/// </remarks>
internal sealed class ContactSlab
{
    // 128 rows × 52 B: under 7 KiB, so that 64 shards of a few contacts each cost little.
    private const int ChunkBits = 7;
    private const int ChunkRows = 1 << ChunkBits;

    private ContactRow[]?[] chunks = new ContactRow[4][];
    private int chunkCount;

    /// <summary>Places, used or not.</summary>
    public int Places => chunkCount << ChunkBits;

    /// <summary>Places that so many rows take at least.</summary>
    public static int PlacesFor(int rows) => (rows + ChunkRows - 1) & -ChunkRows;

    /// <summary>The row at a place.</summary>
    public ref ContactRow this[int place] => ref chunks[place >> ChunkBits]![place & (ChunkRows - 1)];

    /// <summary>Makes places at the end.</summary>
    public void Grow()
    {
        if (chunkCount == chunks.Length)
        {
            Array.Resize(ref chunks, chunks.Length * 2);
        }

        chunks[chunkCount++] = new ContactRow[ChunkRows];
    }

    /// <summary>Gives back the chunks behind the first <paramref name="places"/>, which hold nothing.</summary>
    public void Trim(int places)
    {
        int kept = PlacesFor(places) >> ChunkBits;
        if (kept < chunkCount)
        {
            Array.Clear(chunks, kept, chunkCount - kept);
            chunkCount = kept;
        }
    }
}
