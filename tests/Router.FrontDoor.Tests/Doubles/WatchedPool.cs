using System.Buffers;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>A pool that knows every array it gave out, and whether any came back with something in it.</summary>
internal sealed class WatchedPool : ArrayPool<byte>
{
    private readonly Lock sync = new();
    private readonly List<byte[]> all = [];
    private int dirty;
    private int returned;

    /// <summary>Arrays that came back.</summary>
    public int Returned => Volatile.Read(ref returned);

    /// <summary>Arrays that came back with a byte that is not zero.</summary>
    public int Dirty => Volatile.Read(ref dirty);

    /// <summary>Whether an array given out, back or not, holds something now.</summary>
    public bool HoldsSomething
    {
        get
        {
            lock (sync)
            {
                return all.Any(static a => a.AsSpan().ContainsAnyExcept((byte)0));
            }
        }
    }

    public override byte[] Rent(int minimumLength)
    {
        byte[] array = new byte[minimumLength];
        lock (sync)
        {
            all.Add(array);
        }

        return array;
    }

    public override void Return(byte[] array, bool clearArray = false)
    {
        if (clearArray)
        {
            Array.Clear(array);
        }

        if (array.AsSpan().ContainsAnyExcept((byte)0))
        {
            Interlocked.Increment(ref dirty);
        }

        Interlocked.Increment(ref returned);
    }
}
