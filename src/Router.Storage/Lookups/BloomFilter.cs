using System.Numerics;
using System.Runtime.InteropServices;
using Router.Core.Addresses;

namespace Router.Storage.Lookups;

/// <summary>
/// Says of a key that it is certainly not in a table, or may be: about 1 % wrong at <see cref="BitsPerKey"/>. One cache line a look-up (bits of a key lie in one block of 64 B).
/// One thread adds, any thread asks.
/// </summary>
internal sealed class BloomFilter
{
    /// <summary>12 bits a key, six of them set: 0.9 % wrong with blocks of 512 bits (0.3 % without blocks, which would cost six cache misses).</summary>
    public const int BitsPerKey = 12;

    private const int BitsSet = 6;
    private const int BlockWords = 8;
    private readonly ulong[] words;
    private readonly ulong blocks;

    /// <summary>Empty, with room for <paramref name="keys"/>.</summary>
    public BloomFilter(long keys)
        : this(new ulong[Math.Max(1, ((keys * BitsPerKey) + 511) / 512) * BlockWords])
    {
    }

    private BloomFilter(ulong[] words)
    {
        this.words = words;
        blocks = (ulong)(words.Length / BlockWords);
    }

    /// <summary>Its bytes.</summary>
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes<ulong>(words);

    /// <summary>Keys for which it has room.</summary>
    public long Capacity => words.LongLength * 64 / BitsPerKey;

    /// <summary>As saved.</summary>
    /// <exception cref="FormatException">Not whole blocks: the file is damaged.</exception>
    public static BloomFilter Load(ReadOnlySpan<byte> bytes) => bytes.Length > 0 && bytes.Length % (BlockWords * sizeof(ulong)) == 0
        ? new BloomFilter(MemoryMarshal.Cast<byte, ulong>(bytes).ToArray())
        : throw new FormatException("a filter is not one that Router wrote: the file is damaged");

    /// <summary>Spreads a contact over 64 bits.</summary>
    public static ulong Hash(in ContactId contact) => Hash((long)(contact.High ^ ((ulong)contact.Low << 32)));

    /// <summary>Spreads a row key (a time and counters) over 64 bits.</summary>
    public static ulong Hash(long key)
    {
        ulong mixed = (ulong)key * 0x9E37_79B9_7F4A_7C15;
        mixed ^= mixed >> 32;
        return mixed * 0xBF58_476D_1CE4_E5B9;
    }

    /// <summary>Adds a key by its hash, of which every bit counts.</summary>
    public void Add(ulong hash)
    {
        int at = BlockOf(hash);
        for (int i = 0; i < BitsSet; i++)
        {
            int bit = BitOf(hash, i);
            words[at + (bit >> 6)] |= 1UL << bit;
        }
    }

    /// <summary>False: certainly not added.</summary>
    public bool MayContain(ulong hash)
    {
        int at = BlockOf(hash);
        for (int i = 0; i < BitsSet; i++)
        {
            int bit = BitOf(hash, i);
            if ((words[at + (bit >> 6)] & (1UL << bit)) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private int BlockOf(ulong hash) => (int)Math.BigMul(hash, blocks, out _) * BlockWords;

    // Nine bits each from the product's low end, which the block does not use.
    private static int BitOf(ulong hash, int i) => (int)(BitOperations.RotateLeft(hash * 0xD6E8_FEB8_6659_FD93, i * 9) & 511);
}
