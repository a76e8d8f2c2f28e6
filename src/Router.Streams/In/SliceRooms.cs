namespace Router.Streams.In;

/// <summary>Rooms of slices that are settled, for those that come. Any thread.</summary>
/// <remarks>Not the shared pool of arrays: that has 32 a core for a thread that only takes, and thousands of slices are under way.</remarks>
internal sealed class SliceRooms
{
    // As much as 32,768 records of 300 bytes take; more is left to the collector.
    private const long BytesMax = 16 * 1024 * 1024;

    private readonly Lock sync = new();
    private readonly Stack<SliceRoom> free = new();
    private long bytes;

    /// <summary>An empty one.</summary>
    public SliceRoom Take()
    {
        lock (sync)
        {
            if (free.TryPop(out SliceRoom? room))
            {
                bytes -= room.Size;
                return room;
            }
        }

        return new SliceRoom();
    }

    /// <summary>Takes one back that nobody touches any more.</summary>
    public void Return(SliceRoom room)
    {
        room.Clear();
        lock (sync)
        {
            if (bytes + room.Size <= BytesMax)
            {
                bytes += room.Size;
                free.Push(room);
            }
        }
    }
}
