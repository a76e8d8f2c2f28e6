using System.Buffers.Binary;
using System.Collections.Concurrent;
using Router.Core.Messages;
using Router.Engine.Sealing;

namespace Router.Testing;

/// <summary>
/// <see cref="IRecordSealer"/> that hides nothing but notices misuse: it opens only with the tenant, slot and id it sealed with, and counts. Every member may be called from any thread.
/// </summary>
public sealed class PlainSealer : IRecordSealer
{
    private const byte Mask = 0x5A;

    private readonly ConcurrentDictionary<MessageId, bool> sealedIds = new();
    private readonly ConcurrentDictionary<uint, bool> destroyed = new();
    private uint lastSlot;
    private long sealedCount;
    private long openedCount;
    private long refusedCount;
    private long sealedTwiceCount;

    /// <summary>Slots handed out.</summary>
    public uint SlotCount => Volatile.Read(ref lastSlot);

    /// <summary>Records sealed.</summary>
    public long SealedCount => Interlocked.Read(ref sealedCount);

    /// <summary>Records opened.</summary>
    public long OpenedCount => Interlocked.Read(ref openedCount);

    /// <summary>Records that it did not open: wrong tenant, slot or id, a destroyed key, other bytes.</summary>
    public long RefusedCount => Interlocked.Read(ref refusedCount);

    /// <summary>Ids sealed more than once: with a real cipher a nonce used twice. Must stay 0.</summary>
    public long SealedTwiceCount => Interlocked.Read(ref sealedTwiceCount);

    /// <inheritdoc/>
    public uint NewKeySlot() => Interlocked.Increment(ref lastSlot);

    /// <summary>Destroys the key in <paramref name="keySlot"/>: nothing sealed with it opens any more.</summary>
    public void Destroy(uint keySlot) => destroyed[keySlot] = true;

    /// <summary>Whether <see cref="Destroy"/> was called.</summary>
    public bool IsDestroyed(uint keySlot) => destroyed.ContainsKey(keySlot);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Slot 0, or a destination of another length.</exception>
    /// <exception cref="InvalidOperationException">The key was destroyed.</exception>
    public void Seal(int tenant, uint keySlot, in MessageId id, ReadOnlySpan<byte> record, Span<byte> destination)
    {
        if (keySlot == 0 || destination.Length != record.Length + IRecordSealer.Overhead)
        {
            throw new ArgumentException("slots begin at 1, and the destination is the record's length + 16");
        }

        if (destroyed.ContainsKey(keySlot))
        {
            throw new InvalidOperationException($"the key of slot {keySlot} was destroyed: take a new slot");
        }

        for (int i = 0; i < record.Length; i++)
        {
            destination[i] = (byte)(record[i] ^ Mask);
        }

        WriteTag(tenant, keySlot, id, destination[record.Length..]);
        Interlocked.Increment(ref sealedCount);
        if (!sealedIds.TryAdd(id, true))
        {
            Interlocked.Increment(ref sealedTwiceCount);
        }
    }

    /// <inheritdoc/>
    public bool TryOpen(int tenant, uint keySlot, in MessageId id, ReadOnlySpan<byte> sealedRecord, Span<byte> destination)
    {
        Span<byte> tag = stackalloc byte[IRecordSealer.Overhead];
        WriteTag(tenant, keySlot, id, tag);
        int length = sealedRecord.Length - IRecordSealer.Overhead;
        if (length < 0 || destroyed.ContainsKey(keySlot) || !sealedRecord[length..].SequenceEqual(tag))
        {
            Interlocked.Increment(ref refusedCount);
            return false;
        }

        for (int i = 0; i < length; i++)
        {
            destination[i] = (byte)(sealedRecord[i] ^ Mask);
        }

        Interlocked.Increment(ref openedCount);
        return true;
    }

    private static void WriteTag(int tenant, uint keySlot, in MessageId id, Span<byte> tag)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(tag, id.Head ^ ((ulong)(uint)tenant << 32) ^ keySlot);
        BinaryPrimitives.WriteUInt64LittleEndian(tag[8..], id.Tail);
    }
}
