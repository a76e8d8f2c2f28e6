using System.Numerics;

namespace Router.Engine.Providers;

/// <summary>
/// Arrays for the records of departures (<see cref="Departure.Record"/>): rented by shards, given back by providers, mostly on another thread. Any thread.
/// </summary>
/// <remarks>
/// Hot path, 0 B in the steady state. Not <see cref="System.Buffers.ArrayPool{T}.Shared"/>: its stacks belong to threads and cores, so most of what one thread rents and another
/// returns is dropped (about 200 B of garbage a message). Records are personal: they are wiped before they wait for their next use.
/// </remarks>
public sealed class RecordPool
{
    // 256 B (a text message) to 128 KiB (a body of 64 KiB and its frame).
    private const int SmallestBits = 8;
    private const int LargestBits = 17;

    // Kept a size: 10 sizes × 4 MiB = 40 MiB at most; 8,192 departures of 512 B are more than all windows of a silo.
    private const int BytesKept = 4 * 1024 * 1024;

    private readonly Size[] sizes = [.. Enumerable.Range(SmallestBits, LargestBits - SmallestBits + 1).Select(static bits => new Size(BytesKept >> bits))];

    /// <summary>The one instance of a process.</summary>
    public static RecordPool Shared { get; } = new();

    /// <summary>An array of at least <paramref name="length"/> bytes; what is in it is undefined. Give it back with <see cref="Return"/>.</summary>
    public byte[] Rent(int length)
    {
        int bits = Math.Max(SmallestBits, BitOperations.Log2((uint)Math.Max(length - 1, 1)) + 1);
        return bits > LargestBits ? new byte[length] : sizes[bits - SmallestBits].Take() ?? GC.AllocateUninitializedArray<byte>(1 << bits);
    }

    /// <summary>Gives <paramref name="record"/> back, of which <paramref name="used"/> bytes were written: they are wiped.</summary>
    public void Return(byte[] record, int used)
    {
        ArgumentNullException.ThrowIfNull(record);
        record.AsSpan(0, Math.Min(used, record.Length)).Clear();
        int bits = BitOperations.Log2((uint)Math.Max(record.Length, 1));
        if (bits is >= SmallestBits and <= LargestBits && record.Length == 1 << bits)
        {
            sizes[bits - SmallestBits].Put(record);
        }
    }

    /// <summary>The arrays of one size.</summary>
    private sealed class Size(int max)
    {
        private readonly Lock gate = new();
        private byte[]?[] waiting = new byte[]?[Math.Min(max, 32)];
        private int count;

        public byte[]? Take()
        {
            lock (gate)
            {
                if (count == 0)
                {
                    return null;
                }

                byte[]? record = waiting[--count];
                waiting[count] = null;
                return record;
            }
        }

        public void Put(byte[] record)
        {
            lock (gate)
            {
                if (count == waiting.Length)
                {
                    if (count == max)
                    {
                        return;
                    }

                    Array.Resize(ref waiting, Math.Min(count * 2, max));
                }

                waiting[count++] = record;
            }
        }
    }
}
