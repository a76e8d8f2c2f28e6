using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Sealing;

namespace Router.Storage.Sealing;

/// <summary>
/// Keyed hashes: contacts and idempotency keys under the tenant's index key, receipts and positions under keys derived from the master key (DESIGN §8). Any thread.
/// </summary>
/// <remarks>
/// Hot path, 0 B once a thread has its hashes. Inputs are kept apart by what they begin with: a contact by its channel's word, an idempotency key by a zero byte.
/// </remarks>
internal sealed class KeyedHash : IKeyedHash, IDisposable
{
    private const int HashLength = 32;

    // Inputs up to this are put together and hashed in one call, longer ones part by part: a call into the system's library costs 0.15 µs beside the hash.
    private const int TogetherMax = 256;

    // Values of a batch that are cloaked in one call.
    private const int CloakMax = 64;

    private static readonly byte[][] ChannelWords = [.. Enum.GetValues<Channel>().Order().Select(static c => Encoding.ASCII.GetBytes(WireNames.Of(c) + ":"))];

    private readonly TenantKeys tenants;
    private readonly byte[] receiptKey;
    private readonly byte[] cloakKey;
    // Values of threads that ended are left to the finalizers: tracking them would keep them for ever.
    private readonly ThreadLocal<State> states;

    /// <summary>Hashes under these keys.</summary>
    public KeyedHash(TenantKeys tenants, MasterKey master)
    {
        this.tenants = tenants;
        receiptKey = master.Derive("router receipt keys v1");
        cloakKey = master.Derive("router positions v1");
        states = new ThreadLocal<State>(() => new State(tenants.Ciphers.Make(), receiptKey, cloakKey));
    }

    /// <inheritdoc/>
    public ContactId Contact(int tenant, Channel channel, ReadOnlySpan<byte> canonicalAddress)
    {
        Span<byte> hash = stackalloc byte[HashLength];
        Hash(tenant, ChannelWords[(int)channel], canonicalAddress, hash);
        return ContactId.FromHash(hash);
    }

    /// <inheritdoc/>
    public UInt128 IdempotencyKey(int tenant, ReadOnlySpan<byte> key, long line)
    {
        Span<byte> prefix = stackalloc byte[9];
        Span<byte> hash = stackalloc byte[HashLength];
        prefix[0] = 0;
        BinaryPrimitives.WriteInt64BigEndian(prefix[1..], line);
        Hash(tenant, prefix, key, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <inheritdoc/>
    public ulong ReceiptKey(int provider, ReadOnlySpan<byte> carrierId)
    {
        IncrementalHash hmac = states.Value!.Receipts;
        Span<byte> number = stackalloc byte[4];
        Span<byte> hash = stackalloc byte[HashLength];
        BinaryPrimitives.WriteInt32BigEndian(number, provider);
        Hash(hmac, number, carrierId, hash);
        ulong key = BinaryPrimitives.ReadUInt64BigEndian(hash);
        return key == 0 ? 1 : key;
    }

    /// <inheritdoc/>
    public UInt128 Cloak(UInt128 value) => states.Value!.Cloak(value);

    /// <inheritdoc/>
    public void Cloak(Span<UInt128> values)
    {
        State state = states.Value!;
        for (; values.Length > CloakMax; values = values[CloakMax..])
        {
            state.Cloak(values[..CloakMax]);
        }

        state.Cloak(values);
    }

    /// <inheritdoc/>
    public UInt128 Uncloak(UInt128 value) => states.Value!.Uncloak(value);

    /// <inheritdoc/>
    public void Dispose()
    {
        states.Dispose();
        CryptographicOperations.ZeroMemory(receiptKey);
        CryptographicOperations.ZeroMemory(cloakKey);
    }

    private void Hash(int tenant, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> text, Span<byte> hash)
    {
        TenantKey key = tenants.Get(tenant);
        TenantCiphers mine = states.Value!.Tenants;
        lock (mine.Gate)
        {
            Hash(mine.IndexLocked(key), prefix, text, hash);
        }
    }

    private static void Hash(IncrementalHash hmac, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> text, Span<byte> hash)
    {
        Span<byte> together = stackalloc byte[TogetherMax];
        int length = prefix.Length + text.Length;
        if (length <= TogetherMax)
        {
            prefix.CopyTo(together);
            text.CopyTo(together[prefix.Length..]);
            hmac.AppendData(together[..length]);
        }
        else
        {
            hmac.AppendData(prefix);
            hmac.AppendData(text);
        }

        hmac.GetHashAndReset(hash);
    }

    /// <summary>One thread's live hashes.</summary>
    private sealed class State
    {
        private readonly Aes aes = Aes.Create();
        private readonly ICryptoTransform encryptor;
        private readonly ICryptoTransform decryptor;
        private readonly byte[] input = new byte[16 * CloakMax];
        private readonly byte[] output = new byte[16 * CloakMax];

        public State(TenantCiphers tenants, byte[] receiptKey, byte[] cloakKey)
        {
            Tenants = tenants;
            Receipts = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, receiptKey);
#pragma warning disable CA5358 // One block of 16 bytes, the bare permutation: a position becomes opaque; nothing else is encrypted with it.
            aes.Mode = CipherMode.ECB;
#pragma warning restore CA5358
            aes.Padding = PaddingMode.None;
            aes.Key = cloakKey;
            encryptor = aes.CreateEncryptor();
            decryptor = aes.CreateDecryptor();
        }

        public TenantCiphers Tenants { get; }

        public IncrementalHash Receipts { get; }

        public UInt128 Cloak(UInt128 value) => Transform(encryptor, value);

        public void Cloak(Span<UInt128> values)
        {
            if (values.IsEmpty)
            {
                return;
            }

            for (int i = 0; i < values.Length; i++)
            {
                BinaryPrimitives.WriteUInt128BigEndian(input.AsSpan(i * 16), values[i]);
            }

            encryptor.TransformBlock(input, 0, values.Length * 16, output, 0);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = BinaryPrimitives.ReadUInt128BigEndian(output.AsSpan(i * 16));
            }
        }

        public UInt128 Uncloak(UInt128 value) => Transform(decryptor, value);

        private UInt128 Transform(ICryptoTransform transform, UInt128 value)
        {
            BinaryPrimitives.WriteUInt128BigEndian(input, value);
            transform.TransformBlock(input, 0, 16, output, 0);
            return BinaryPrimitives.ReadUInt128BigEndian(output);
        }
    }
}
