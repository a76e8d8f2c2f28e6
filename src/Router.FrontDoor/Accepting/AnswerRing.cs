using System.Buffers;

namespace Router.FrontDoor.Accepting;

/// <summary>
/// The answers of a stream in the order of its lines, by number from 0. Slots lie in chunks that never move while a number in them is in use, so that owners' threads reach
/// them without a lock; a stream whose answers are read as they come needs few chunks, one whose answers wait grows to <see cref="Capacity"/>.
/// </summary>
/// <remarks>Hot path, 0 B in the steady state. <see cref="Open"/> and <see cref="CloseUpTo"/> belong to the reader; <see cref="this[long]"/> to whoever has a number in use.</remarks>
internal sealed class AnswerRing : IDisposable
{
    private const int ChunkBits = 10;
    private const int ChunkSlots = 1 << ChunkBits;

    /// <summary>Numbers in use at most: with 128 bytes and more an answer, 4 MiB of answers (DESIGN §6).</summary>
    internal const int Capacity = 32 * ChunkSlots;

    // The numbers in use may begin and end inside a chunk, so they lie in up to 33; a power of two makes the place a mask.
    private const int ChunkCount = 64;

    private readonly AnswerSlot[]?[] chunks = new AnswerSlot[]?[ChunkCount];
    private readonly Stack<AnswerSlot[]> free = new(ChunkCount);
    private long closedChunks;
    private long openedChunks;

    /// <summary>The slot of a number in use.</summary>
    internal ref AnswerSlot this[long number] => ref chunks[(int)(number >> ChunkBits) & (ChunkCount - 1)]![(int)number & (ChunkSlots - 1)];

    /// <summary>Makes <paramref name="number"/>, the next one, usable. Numbers before <c>number - Capacity</c> were closed.</summary>
    internal ref AnswerSlot Open(long number)
    {
        long chunk = number >> ChunkBits;
        if (chunk >= openedChunks)
        {
            chunks[(int)chunk & (ChunkCount - 1)] = free.TryPop(out AnswerSlot[]? slots) ? slots : ArrayPool<AnswerSlot>.Shared.Rent(ChunkSlots);
            openedChunks = chunk + 1;
        }

        return ref this[number];
    }

    /// <summary>Gives back the chunks all of whose numbers are below <paramref name="number"/>; nobody touches those any more.</summary>
    internal void CloseUpTo(long number)
    {
        for (; closedChunks < number >> ChunkBits; closedChunks++)
        {
            int at = (int)closedChunks & (ChunkCount - 1);
            free.Push(chunks[at]!);
            chunks[at] = null;
        }
    }

    /// <summary>Gives all chunks back. Only when nobody touches any slot any more; else leave it to the collector.</summary>
    public void Dispose()
    {
        for (; closedChunks < openedChunks; closedChunks++)
        {
            free.Push(chunks[(int)closedChunks & (ChunkCount - 1)]!);
        }

        while (free.TryPop(out AnswerSlot[]? slots))
        {
            // Later users expect nothing in it but must not be handed this tenant's ids.
            ArrayPool<AnswerSlot>.Shared.Return(slots, clearArray: true);
        }
    }
}
