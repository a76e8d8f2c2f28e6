using Router.Core.Addresses;
using Router.Core.Messages;

namespace Router.Engine.Sealing;

/// <summary>Port: keyed hashes under keys that never leave storage. Every member may be called from any thread; hot path, 0 B.</summary>
public interface IKeyedHash
{
    /// <summary>The contact of <paramref name="tenant"/> with this canonical address: HMAC-SHA256 of <c>channel:value</c> under the tenant's index key.</summary>
    ContactId Contact(int tenant, Channel channel, ReadOnlySpan<byte> canonicalAddress);

    /// <summary>Hash of an idempotency key of <paramref name="tenant"/>; <paramref name="line"/> is 0 for a single message.</summary>
    UInt128 IdempotencyKey(int tenant, ReadOnlySpan<byte> key, long line);

    /// <summary>Hash of the name of an agent of <paramref name="tenant"/>, never 0: by it one lists whose conversations are whose. No line is negative, so it is no idempotency key's.</summary>
    ulong Agent(int tenant, ReadOnlySpan<byte> name)
    {
        ulong hash = (ulong)IdempotencyKey(tenant, name, line: -1);
        return hash == 0 ? 1 : hash;
    }

    /// <summary>Hash of a carrier's message id under the installation's key; never 0.</summary>
    ulong ReceiptKey(int provider, ReadOnlySpan<byte> carrierId);

    /// <summary>Sixteen bytes out of sixteen (one AES block under the installation's key): makes positions opaque.</summary>
    UInt128 Cloak(UInt128 value);

    /// <summary><see cref="Cloak(UInt128)"/> of each of <paramref name="values"/>, in place: one call for a batch costs little more than one value.</summary>
    void Cloak(Span<UInt128> values)
    {
        foreach (ref UInt128 value in values)
        {
            value = Cloak(value);
        }
    }

    /// <summary>The inverse of <see cref="Cloak(UInt128)"/>.</summary>
    UInt128 Uncloak(UInt128 value);
}
