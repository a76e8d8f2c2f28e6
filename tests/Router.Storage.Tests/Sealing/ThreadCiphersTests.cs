using Router.Core.Messages;
using Router.Engine.Sealing;
using Router.Storage.Sealing;
using Router.Testing;

namespace Router.Storage.Tests.Sealing;

public sealed class ThreadCiphersTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("router-ciphers-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // They stayed until the thread had met 1,024 other tenants: a key said to be gone from memory was there, ready for use.
    [Fact]
    public void A_destroyed_tenants_ciphers_leave_every_thread_also_one_that_rests()
    {
        using MasterKey master = MasterKey.Open(Path.Combine(folder, "master.key"), dataExists: false);
        using TenantKeys tenants = TenantKeys.Open(Path.Combine(folder, "tenants.keys"), master);
        using ContactSalts salts = ContactSalts.Open(Path.Combine(folder, "contacts.keys"));
        using KeyedHash hash = new(tenants, master);
        using RecordSealer sealer = new(tenants, salts, liveMax: 4);
        using Barrier both = new(2);
        Thread resting = new(() =>
        {
            Use();
            both.SignalAndWait(); // it has used them
            both.SignalAndWait(); // and lives until they were counted
        });
        resting.Start();
        Use();
        both.SignalAndWait();
        int before = tenants.Ciphers.Count;

        sealer.DestroyTenantKey(1);

        int after = tenants.Ciphers.Count;
        both.SignalAndWait();
        resting.Join();
        Assert.Equal((2 * 2 * 2, 2 * 2), (before, after)); // two tenants, then one; hash and sealer; two threads
        Use(2); // the other's are as they were

        void Use(int from = 1)
        {
            for (int tenant = from; tenant <= 2; tenant++)
            {
                hash.Contact(tenant, Channel.Sms, "+39"u8);
                byte[] record = Some.Record();
                sealer.Seal(tenant, sealer.NewKeySlot(), Some.Id(1), record, new byte[record.Length + IRecordSealer.Overhead]);
            }
        }
    }
}
