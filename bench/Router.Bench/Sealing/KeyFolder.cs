using Router.Storage.Sealing;
using Router.Storage.Sqlite;

namespace Router.Bench.Sealing;

/// <summary>The embedded store's key files in a temporary folder, with the hashes and the sealer that the store makes over them. Disposing it deletes the folder.</summary>
internal sealed class KeyFolder : IDisposable
{
    /// <summary>The tenant that the benchmarks use.</summary>
    public const int Tenant = 1;

    private readonly string path = Directory.CreateTempSubdirectory("router-bench-").FullName;
    private readonly MasterKey master;
    private readonly TenantKeys tenants;
    private readonly ContactSalts salts;

    public KeyFolder()
    {
        master = MasterKey.Open(Path.Combine(path, "master.key"), dataExists: false);
        tenants = TenantKeys.Open(Path.Combine(path, "tenants.keys"), master);
        salts = ContactSalts.Open(Path.Combine(path, "contacts.keys"));
        Hash = new KeyedHash(tenants, master);
        Sealer = new RecordSealer(tenants, salts, new SqliteStoreOptions { Path = path }.LiveCiphersMax);
    }

    public KeyedHash Hash { get; }

    public RecordSealer Sealer { get; }

    /// <summary>Slots of <paramref name="count"/> new contacts, their salts in the file as after a commit.</summary>
    public uint[] NewSlots(int count)
    {
        uint[] slots = new uint[count];
        for (int i = 0; i < count; i++)
        {
            slots[i] = Sealer.NewKeySlot();
        }

        salts.MakeDurable(slots[^1]);
        return slots;
    }

    public void Dispose()
    {
        Sealer.Dispose();
        Hash.Dispose();
        salts.Dispose();
        tenants.Dispose();
        master.Dispose();
        Directory.Delete(path, recursive: true);
    }
}
