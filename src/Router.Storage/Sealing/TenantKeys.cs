using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Router.Storage.Files;

namespace Router.Storage.Sealing;

/// <summary>
/// The file <c>tenants.keys</c>: per tenant number two random keys of 32 bytes (content, index), wrapped by the master key. Made on first use, overwritten in place
/// to destroy. Any thread; a look-up of a known tenant is one array access.
/// </summary>
/// <remarks>
/// Fixed records of 96 bytes, the record of tenant <c>n</c> at <c>n × 96</c>: state 1 · zero 3 · nonce 12 · keys 64 · tag 16. Record 0 wraps a known
/// text instead of keys, so that a wrong master key is told before it is used. The keys of tenant 0, under which lies what is nobody's yet, come from the master key.
/// </remarks>
internal sealed class TenantKeys : IDisposable
{
    /// <summary>Numbers beyond it are refused: a wild number must not make a wild file.</summary>
    public const int TenantMax = 1_000_000;

    private const int NonceAt = 4;
    private const int KeysAt = NonceAt + 12;
    private const int KeysLength = 64;
    private const int TagAt = KeysAt + KeysLength;
    private const int RecordLength = TagAt + 16;
    private const byte Live = 1;
    private const byte Gone = 2;

    private readonly Lock gate = new();
    private readonly string path;
    private readonly SafeFileHandle file;
    private readonly AesGcm wrapper;
    private readonly Action<SafeFileHandle> flush;

    // New records that could not be flushed: the page cache shows them, the disk may never have them, and nobody has used them yet.
    private readonly HashSet<int> unflushed = [];
    private TenantKey?[] known = new TenantKey?[64];

    private TenantKeys(string path, SafeFileHandle file, AesGcm wrapper, Action<SafeFileHandle> flush)
    {
        this.path = path;
        this.file = file;
        this.wrapper = wrapper;
        this.flush = flush;
    }

    /// <summary>The ciphers that threads keep under these keys.</summary>
    public ThreadCiphers Ciphers { get; } = new();

    /// <summary>Opens or makes the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="master">Wraps its keys.</param>
    /// <param name="flush">Flushes the file to the disk; null: the system does. For tests.</param>
    /// <exception cref="StorageException">Not readable, or wrapped by another master key.</exception>
    public static TenantKeys Open(string path, MasterKey master, Action<SafeFileHandle>? flush = null)
    {
        AesGcm wrapper = new(master.Derive("router tenant keys v1"), 16);
        try
        {
            SafeFileHandle file = KeyFile.Open(path);
            TenantKeys keys = new(path, file, wrapper, flush ?? RandomAccess.FlushToDisk);
            keys.CheckMaster();
            keys.flush(file); // a process killed between a write and its flush left what is read here in the page cache alone
            keys.known[0] = new TenantKey(0, master.Derive("router operator content v1"), master.Derive("router operator index v1"));
            return keys;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            wrapper.Dispose();
            throw new StorageException($"the key file '{path}' cannot be read or made: check the disk and this user's rights", fault);
        }
    }

    /// <summary>The tenant's keys, made if there are none; null when they were destroyed.</summary>
    /// <exception cref="StorageException">The file cannot be read or written.</exception>
    public TenantKey? Find(int tenant)
    {
        TenantKey?[] table = Volatile.Read(ref known);
        TenantKey? key = (uint)tenant < (uint)table.Length ? Volatile.Read(ref table[tenant]) : null;
        key ??= Load(tenant);
        return key.Destroyed ? null : key;
    }

    /// <summary>The tenant's keys, made if there are none.</summary>
    /// <exception cref="StorageException">They were destroyed, or the file cannot be read or written.</exception>
    public TenantKey Get(int tenant) => Find(tenant) ?? throw Destroyed(tenant);

    /// <summary>Overwrites the tenant's keys: nothing sealed under them can be opened again, no hash made again.</summary>
    public void Destroy(int tenant)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tenant, 1);
        lock (gate)
        {
            Span<byte> record = stackalloc byte[RecordLength];
            record.Clear();
            record[0] = Gone;
            Write(tenant, record);
            Remember(tenant, new TenantKey(tenant, new byte[32], new byte[32])).Destroy();
        }

        Ciphers.DropDestroyed();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (TenantKey? key in known)
        {
            key?.Destroy();
        }

        wrapper.Dispose();
        file.Dispose();
    }

    private TenantKey Load(int tenant)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tenant, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tenant, TenantMax);
        lock (gate)
        {
            if (tenant < known.Length && known[tenant] is { } already)
            {
                return already;
            }

            Span<byte> record = stackalloc byte[RecordLength];
            Span<byte> keys = stackalloc byte[KeysLength];
            switch (!unflushed.Contains(tenant) && Read(tenant, record) ? record[0] : 0)
            {
                case Live:
                    Unwrap(tenant, record, keys);
                    break;
                case Gone:
                    TenantKey gone = Remember(tenant, new TenantKey(tenant, new byte[32], new byte[32]));
                    gone.Destroy();
                    return gone;
                case 0:
                    RandomNumberGenerator.Fill(keys);
                    Wrap(tenant, keys, record);
                    WriteNew(tenant, record);
                    break;
                default:
                    throw new StorageException($"the key file '{path}' is damaged at tenant {tenant}: restore it from its backup");
            }

            TenantKey key = new(tenant, keys[..32].ToArray(), keys[32..].ToArray());
            CryptographicOperations.ZeroMemory(keys);
            return Remember(tenant, key);
        }
    }

    private TenantKey Remember(int tenant, TenantKey key)
    {
        if (tenant >= known.Length)
        {
            TenantKey?[] larger = new TenantKey?[Math.Max(known.Length * 2, tenant + 1)];
            known.CopyTo(larger, 0);
            Volatile.Write(ref known, larger);
        }

        // A sealer that still holds the old object must see it dead.
        known[tenant]?.Destroy();
        Volatile.Write(ref known[tenant], key);
        return key;
    }

    private void CheckMaster()
    {
        Span<byte> record = stackalloc byte[RecordLength];
        Span<byte> text = stackalloc byte[KeysLength];
        if (Read(0, record) && record[0] == Live)
        {
            Unwrap(0, record, text);
        }
        else
        {
            text.Clear();
            Wrap(0, text, record);
            WriteNew(0, record);
        }
    }

    private void Wrap(int tenant, ReadOnlySpan<byte> keys, Span<byte> record)
    {
        record.Clear();
        record[0] = Live;
        RandomNumberGenerator.Fill(record.Slice(NonceAt, 12));
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, tenant);
        wrapper.Encrypt(record.Slice(NonceAt, 12), keys, record.Slice(KeysAt, KeysLength), record[TagAt..], number);
    }

    private void Unwrap(int tenant, ReadOnlySpan<byte> record, Span<byte> keys)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, tenant);
        try
        {
            wrapper.Decrypt(record.Slice(NonceAt, 12), record.Slice(KeysAt, KeysLength), record[TagAt..], keys, number);
        }
        catch (AuthenticationTagMismatchException mismatch)
        {
            throw new StorageException(
                $"the key file '{path}' was not written under this master key, or is damaged at record {tenant}: restore both files from one backup", mismatch);
        }
    }

    private bool Read(int tenant, Span<byte> record) =>
        RandomAccess.Read(file, record, (long)tenant * RecordLength) == RecordLength;

    private void WriteNew(int tenant, ReadOnlySpan<byte> record)
    {
        unflushed.Add(tenant);
        try
        {
            Write(tenant, record);
        }
        catch (StorageException)
        {
            TakeBack(tenant);
            throw;
        }

        unflushed.Remove(tenant);
    }

    // So that the next process does not find it either.
    private void TakeBack(int tenant)
    {
        Span<byte> none = stackalloc byte[RecordLength];
        none.Clear();
        try
        {
            RandomAccess.Write(file, none, (long)tenant * RecordLength);
        }
        catch (IOException)
        {
            // Told already. A disk that takes no write at all keeps nothing under these keys either.
        }
    }

    private void Write(int tenant, ReadOnlySpan<byte> record)
    {
        try
        {
            RandomAccess.Write(file, record, (long)tenant * RecordLength);
            flush(file);
        }
        catch (IOException fault)
        {
            throw new StorageException($"the key file '{path}' cannot be written: check the disk", fault);
        }
    }

    private static StorageException Destroyed(int tenant) => new($"the keys of tenant {tenant} were destroyed: its data is gone for good");
}
