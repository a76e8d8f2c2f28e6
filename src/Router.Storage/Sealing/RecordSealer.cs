using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Router.Core.Messages;
using Router.Engine.Sealing;

namespace Router.Storage.Sealing;

/// <summary>
/// Seals records with AES-256-GCM under the contact's key (DESIGN §8). Nonce: the id's head and the first half of its tail; associated data: the 16 bytes of the id,
/// so that a record moved to another row does not open. Any thread.
/// </summary>
/// <remarks>
/// Hot path, 0 B but for a cipher that begins to live. Live ciphers lie in sets (<see cref="CipherSet"/>), each with its own lock (an <see cref="AesGcm"/> serves one
/// thread at a time); the one used longest ago in a set makes room. About 1 KiB of native memory each. A cipher is kept alive from the contact's second record on: a campaign
/// seals one each, and would put thousands of ciphers never used again in the place of those in use, each in memory that has left the processor's caches. The first goes through <see cref="OnceGcm"/>.
/// Benchmark: <c>Router.JournalBench --sealing 100000</c>.
/// </remarks>
internal sealed class RecordSealer : IRecordSealer, IDisposable
{
    private const int KeyLength = 32;
    private const int NonceLength = 12;

    private readonly TenantKeys tenants;
    private readonly ContactSalts salts;
    // Values of threads that ended are left to the finalizers: tracking them would keep them for ever.
    private readonly ThreadLocal<TenantCiphers> ciphers;
    private readonly CipherSet[] sets;

    /// <param name="tenants">Tenant keys.</param>
    /// <param name="salts">Contact salts.</param>
    /// <param name="liveMax">Ciphers kept alive at most, a power of two of at least 4.</param>
    public RecordSealer(TenantKeys tenants, ContactSalts salts, int liveMax)
    {
        this.tenants = tenants;
        this.salts = salts;
        ciphers = new ThreadLocal<TenantCiphers>(tenants.Ciphers.Make);
        sets = new CipherSet[liveMax / CipherSet.Ways];
        for (int i = 0; i < sets.Length; i++)
        {
            sets[i] = new CipherSet();
        }
    }

    /// <inheritdoc/>
    public uint NewKeySlot() => salts.NewSlot();

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The contact's key was destroyed: the caller must take a new slot.</exception>
    public void Seal(int tenant, uint keySlot, in MessageId id, ReadOnlySpan<byte> record, Span<byte> destination)
    {
        Span<byte> associated = stackalloc byte[16];
        id.Write(associated);
        CipherSet set = SetOf(keySlot);
        lock (set.Gate)
        {
            if (set.Find(tenant, keySlot) is { } live)
            {
                live.Encrypt(associated[..NonceLength], record, destination[..record.Length], destination.Slice(record.Length, IRecordSealer.Overhead), associated);
            }
            else
            {
                SealAnewLocked(set, tenant, keySlot, associated, record, destination);
            }
        }
    }

    /// <inheritdoc/>
    public bool TryOpen(int tenant, uint keySlot, in MessageId id, ReadOnlySpan<byte> sealedRecord, Span<byte> destination)
    {
        int length = sealedRecord.Length - IRecordSealer.Overhead;
        if (length < 0)
        {
            return false;
        }

        Span<byte> associated = stackalloc byte[16];
        id.Write(associated);
        CipherSet set = SetOf(keySlot);
        lock (set.Gate)
        {
            return set.Find(tenant, keySlot) is { } live
                ? OnceGcm.TryDecrypt(live, associated[..NonceLength], sealedRecord[..length], sealedRecord[length..], destination[..length], associated)
                : TryOpenAnewLocked(set, tenant, keySlot, associated, sealedRecord, destination[..length]);
        }
    }

    /// <summary>Destroys a contact's key: on disk, then in memory. Its records can never be opened again.</summary>
    /// <exception cref="StorageException">The key file cannot be written.</exception>
    public void DestroyContactKey(uint keySlot)
    {
        salts.Destroy(keySlot);
        CipherSet set = SetOf(keySlot);
        lock (set.Gate)
        {
            set.DropSlot(keySlot);
        }
    }

    /// <summary>Destroys a tenant's keys: on disk, then in memory.</summary>
    /// <exception cref="StorageException">The key file cannot be written.</exception>
    public void DestroyTenantKey(int tenant)
    {
        tenants.Destroy(tenant);
        foreach (CipherSet set in sets)
        {
            lock (set.Gate)
            {
                set.DropTenant(tenant);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (CipherSet set in sets)
        {
            lock (set.Gate)
            {
                set.Clear();
            }
        }

        ciphers.Dispose();
    }

    private static InvalidOperationException NoKey(uint keySlot) => new($"the key of slot {keySlot} was destroyed or never made: take a new slot");

    private CipherSet SetOf(uint keySlot) => sets[keySlot & (uint)(sets.Length - 1)];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SealAnewLocked(CipherSet set, int tenant, uint keySlot, ReadOnlySpan<byte> id, ReadOnlySpan<byte> record, Span<byte> destination)
    {
        Span<byte> body = destination[..record.Length];
        Span<byte> tag = destination.Slice(record.Length, IRecordSealer.Overhead);
        Span<byte> contactKey = stackalloc byte[KeyLength];
        TenantCiphers mine = ciphers.Value!;
        lock (mine.Gate)
        {
            if (!TryFindKey(mine, tenant, keySlot, contactKey))
            {
                throw NoKey(keySlot);
            }

            if (set.WasSeen(tenant, keySlot))
            {
                set.Keep(tenant, keySlot, new AesGcm(contactKey, IRecordSealer.Overhead)).Encrypt(id[..NonceLength], record, body, tag, id);
            }
            else
            {
                mine.OnceLocked.Encrypt(contactKey, id[..NonceLength], record, body, tag, id);
            }

            CryptographicOperations.ZeroMemory(contactKey);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryOpenAnewLocked(CipherSet set, int tenant, uint keySlot, ReadOnlySpan<byte> id, ReadOnlySpan<byte> sealedRecord, Span<byte> destination)
    {
        ReadOnlySpan<byte> body = sealedRecord[..destination.Length];
        ReadOnlySpan<byte> tag = sealedRecord[destination.Length..];
        Span<byte> contactKey = stackalloc byte[KeyLength];
        TenantCiphers mine = ciphers.Value!;
        lock (mine.Gate)
        {
            if (!TryFindKey(mine, tenant, keySlot, contactKey))
            {
                return false;
            }

            bool opened = set.WasSeen(tenant, keySlot)
                ? OnceGcm.TryDecrypt(set.Keep(tenant, keySlot, new AesGcm(contactKey, IRecordSealer.Overhead)), id[..NonceLength], body, tag, destination, id)
                : mine.OnceLocked.TryDecrypt(contactKey, id[..NonceLength], body, tag, destination, id);
            CryptographicOperations.ZeroMemory(contactKey);
            return opened;
        }
    }

    private bool TryFindKey(TenantCiphers mine, int tenant, uint keySlot, Span<byte> contactKey)
    {
        Span<byte> salt = stackalloc byte[ContactSalts.Size];
        if (tenants.Find(tenant) is not { } key || !salts.TryRead(keySlot, salt))
        {
            return false;
        }

        mine.ContactKeyLocked(key, salt, contactKey);
        return true;
    }
}
