using Microsoft.Win32.SafeHandles;
using Router.Storage.Sealing;

namespace Router.Storage.Tests.Sealing;

/// <summary>Keys that are missing, foreign or open to others stop the start; they are never made anew over data.</summary>
public sealed class KeyFilesTests : IAsyncDisposable
{
    private readonly DataFolder folder = new();

    private string Master => Path.Combine(folder.Path, "master.key");

    private string Tenants => Path.Combine(folder.Path, "tenants.keys");

    private string Contacts => Path.Combine(folder.Path, "contacts.keys");

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    [Fact]
    public async Task Key_files_are_their_owners_alone()
    {
        await MakeAsync();
        Assert.All([Master, Tenants, Contacts], static f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
        Assert.Equal(MasterKey.Size, new FileInfo(Master).Length);
    }

    [Fact]
    public async Task A_master_key_that_others_can_read_is_refused()
    {
        await MakeAsync();
        File.SetUnixFileMode(Master, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        AssertRefused(Master, "chmod 600");
        File.SetUnixFileMode(Master, UnixFileMode.UserRead);
        folder.Open();
    }

    [Fact]
    public async Task A_master_key_may_lie_elsewhere()
    {
        string elsewhere = Directory.CreateTempSubdirectory("router-key-").FullName;
        folder.With = o => o with { MasterKeyPath = Path.Combine(elsewhere, "k") };
        await MakeAsync();
        Assert.False(File.Exists(Master));
        Assert.Equal(MasterKey.Size, new FileInfo(Path.Combine(elsewhere, "k")).Length);
        Directory.Delete(elsewhere, recursive: true);
    }

    [Fact]
    public async Task A_missing_master_key_is_never_made_anew_over_data()
    {
        await MakeAsync();
        File.Delete(Master);
        AssertRefused(Master, "restore");
        Assert.False(File.Exists(Master));
    }

    [Fact]
    public async Task Another_master_key_is_told()
    {
        await MakeAsync();
        File.WriteAllBytes(Master, new byte[MasterKey.Size]);
        AssertRefused(Tenants, "restore");
    }

    [Fact]
    public async Task A_cut_master_key_is_told()
    {
        await MakeAsync();
        File.WriteAllBytes(Master, new byte[7]);
        AssertRefused(Master, "restore");
    }

    [Fact]
    public async Task Missing_tenant_keys_are_never_made_anew_over_data()
    {
        await MakeAsync();
        File.Delete(Tenants);
        AssertRefused(Tenants, "restore");
    }

    [Fact]
    public async Task A_damaged_tenant_key_is_told_when_it_is_needed()
    {
        await MakeAsync();
        byte[] bytes = File.ReadAllBytes(Tenants);
        bytes[96 + 40] ^= 1;
        File.WriteAllBytes(Tenants, bytes);
        folder.Open();
        StorageException fault = Assert.Throws<StorageException>(() => folder.Store!.Hash.Contact(1, Core.Messages.Channel.Sms, "+39"u8));
        Assert.Contains(Tenants, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_or_cut_contact_keys_are_told()
    {
        await MakeAsync();
        byte[] bytes = File.ReadAllBytes(Contacts);
        File.WriteAllBytes(Contacts, bytes[..64]);
        AssertRefused(Contacts, "restore");
        File.Delete(Contacts);
        AssertRefused(Contacts, "restore");
        File.WriteAllBytes(Contacts, new byte[bytes.Length]);
        AssertRefused(Contacts, "restore");
        File.WriteAllBytes(Contacts, bytes);
        folder.Open();
    }

    // The page cache showed the record whose flush had failed: it was trusted at the next use, or start, and a power cut took the tenant's keys and all that was sealed under them.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tenants_keys_that_could_not_be_flushed_are_written_again_before_they_are_used(bool restart)
    {
        await MakeAsync();
        using MasterKey master = MasterKey.Open(Master, dataExists: true);
        Flusher flusher = new();
        TenantKeys keys = TenantKeys.Open(Tenants, master, flusher.Flush);
        Assert.Equal(1, flusher.Flushes); // of what a process may have left that was killed
        flusher.Fails = true;
        Assert.Throws<StorageException>(() => keys.Get(7));
        flusher.Fails = false;
        if (restart)
        {
            keys.Dispose();
            keys = TenantKeys.Open(Tenants, master, flusher.Flush);
        }

        flusher.Flushes = 0;
        byte[] used = [.. keys.Get(7).ContentKey];
        Assert.Equal(1, flusher.Flushes);
        keys.Dispose();
        using TenantKeys again = TenantKeys.Open(Tenants, master);
        Assert.Equal(used, again.Get(7).ContentKey);
    }

    [Fact]
    public void A_master_key_that_could_not_be_flushed_is_not_there()
    {
        Directory.CreateDirectory(folder.Path);
        Flusher flusher = new() { Fails = true };
        Assert.Throws<StorageException>(() => MasterKey.Open(Master, dataExists: false, flusher.Flush));
        Assert.False(File.Exists(Master));

        flusher.Fails = false;
        using MasterKey made = MasterKey.Open(Master, dataExists: false, flusher.Flush);
        using MasterKey again = MasterKey.Open(Master, dataExists: false, flusher.Flush); // no data yet: flushed once more
        Assert.Equal(made.Derive("a"), again.Derive("a"));
        Assert.Equal(3, flusher.Flushes);
        Assert.Equal([Master], Directory.GetFiles(folder.Path));
    }

    // A data folder in which a contact of tenant 1 has a message.
    private async Task MakeAsync()
    {
        folder.Open();
        folder.Store!.Hash.Contact(1, Core.Messages.Channel.Sms, "+39"u8);
        await folder.KeepAsync(folder.Store.Sealer.NewKeySlot());
        await folder.CloseAsync();
    }

    private void AssertRefused(string path, string remedy)
    {
        StorageException fault = Assert.Throws<StorageException>(() => { folder.Open(); });
        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, fault.Message, StringComparison.Ordinal);
    }

    private sealed class Flusher
    {
        public int Flushes { get; set; }

        public bool Fails { get; set; }

        public void Flush(SafeFileHandle file)
        {
            Flushes++;
            if (Fails)
            {
                throw new IOException("the disk does not keep it");
            }

            RandomAccess.FlushToDisk(file);
        }
    }
}
