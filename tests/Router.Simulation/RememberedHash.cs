using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Sealing;

namespace Router.Simulation;

/// <summary>The same hashes of a few numbers and keys are asked for a thousand times a run: those of short values are remembered, by thread and up to a bound.</summary>
internal sealed class RememberedHash(IKeyedHash inner) : IKeyedHash
{
    private const int RememberedMax = 50_000;
    private const int ShortMax = 16;

    [ThreadStatic]
    private static Dictionary<Short, ContactId>? contacts;

    [ThreadStatic]
    private static Dictionary<Short, UInt128>? keys;

    public ContactId Contact(int tenant, Channel channel, ReadOnlySpan<byte> canonicalAddress)
    {
        if (canonicalAddress.Length > ShortMax)
        {
            return inner.Contact(tenant, channel, canonicalAddress);
        }

        ref ContactId found = ref Of(contacts ??= [], new Short(tenant, (long)channel, canonicalAddress.Length, Packed(canonicalAddress)), out bool known);
        return known ? found : found = inner.Contact(tenant, channel, canonicalAddress);
    }

    public UInt128 IdempotencyKey(int tenant, ReadOnlySpan<byte> key, long line)
    {
        if (key.Length > ShortMax)
        {
            return inner.IdempotencyKey(tenant, key, line);
        }

        ref UInt128 found = ref Of(keys ??= [], new Short(tenant, line, key.Length, Packed(key)), out bool known);
        return known ? found : found = inner.IdempotencyKey(tenant, key, line);
    }

    public ulong ReceiptKey(int provider, ReadOnlySpan<byte> carrierId) => inner.ReceiptKey(provider, carrierId);

    public UInt128 Cloak(UInt128 value) => inner.Cloak(value);

    public UInt128 Uncloak(UInt128 value) => inner.Uncloak(value);

    private static ref T Of<T>(Dictionary<Short, T> remembered, Short value, out bool known)
        where T : struct
    {
        if (remembered.Count >= RememberedMax)
        {
            remembered.Clear();
        }

        return ref CollectionsMarshal.GetValueRefOrAddDefault(remembered, value, out known)!;
    }

    private static UInt128 Packed(ReadOnlySpan<byte> value)
    {
        Span<byte> padded = stackalloc byte[ShortMax];
        padded.Clear();
        value.CopyTo(padded);
        return BinaryPrimitives.ReadUInt128LittleEndian(padded);
    }

    private readonly record struct Short(int Number, long Second, int Length, UInt128 Value);
}
