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
}
