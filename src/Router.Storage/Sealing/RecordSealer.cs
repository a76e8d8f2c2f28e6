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
/// Hot path, 0 B for a contact whose cipher is live. Live ciphers lie in sets (<see cref="CipherSet"/>), each with its own lock (an <see cref="AesGcm"/> serves one
/// thread at a time); the one used longest ago in a set makes room. About 1 KiB of native memory each. A cipher is kept alive from the contact's second record on: a campaign
/// seals one each, and would put thousands of ciphers never used again in the place of those in use, each in memory that has left the processor's caches.
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
            AesGcm cipher = set.Find(tenant, keySlot) ?? MakeLocked(set, tenant, keySlot) ?? throw NoKey(keySlot);
            try
            {
                cipher.Encrypt(
                    associated[..NonceLength], record, destination[..record.Length], destination.Slice(record.Length, IRecordSealer.Overhead), associated);
            }
            finally
            {
                set.DropPassing();
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
            AesGcm? cipher = set.Find(tenant, keySlot) ?? MakeLocked(set, tenant, keySlot);
            try
            {
                return cipher is not null
                    && TryDecrypt(cipher, associated, sealedRecord[..length], sealedRecord[length..], destination[..length]);
            }
            finally
            {
                set.DropPassing();
            }
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

    // A failed tag throws; erased or damaged records are rare, so the exception's microseconds do not matter.
    private static bool TryDecrypt(AesGcm cipher, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> body, ReadOnlySpan<byte> tag, Span<byte> destination)
    {
        try
        {
            cipher.Decrypt(associated[..NonceLength], body, tag, destination, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static InvalidOperationException NoKey(uint keySlot) => new($"the key of slot {keySlot} was destroyed or never made: take a new slot");

    private CipherSet SetOf(uint keySlot) => sets[keySlot & (uint)(sets.Length - 1)];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private AesGcm? MakeLocked(CipherSet set, int tenant, uint keySlot)
    {
        Span<byte> salt = stackalloc byte[ContactSalts.Size];
        if (tenants.Find(tenant) is not { } key || !salts.TryRead(keySlot, salt))
        {
            return null;
        }

        Span<byte> contactKey = stackalloc byte[KeyLength];
        TenantCiphers mine = ciphers.Value!;
        lock (mine.Gate)
        {
            mine.ContactKeyLocked(key, salt, contactKey);
        }

        AesGcm cipher = new(contactKey, IRecordSealer.Overhead);
        CryptographicOperations.ZeroMemory(contactKey);
        set.Add(tenant, keySlot, cipher);
        return cipher;
    }
}
