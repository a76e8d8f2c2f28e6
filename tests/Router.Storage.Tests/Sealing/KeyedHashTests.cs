using System.Security.Cryptography;
using System.Text;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Sealing;
using Router.Storage.Sealing;
using Router.Testing;

namespace Router.Storage.Tests.Sealing;

public sealed class KeyedHashTests : IAsyncLifetime
{
    private readonly DataFolder folder = new();

    private IKeyedHash Hash => folder.Store!.Hash;

    public ValueTask InitializeAsync()
    {
        folder.Open();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    // "whatsapp:" and a value of 247 are hashed in one call, one more in two.
    [Theory]
    [InlineData(13)]
    [InlineData(247)]
    [InlineData(248)]
    public async Task A_contact_is_the_HMAC_of_channel_and_value_under_the_tenants_index_key(int length)
    {
        string value = "+393331234567".PadRight(length, '1');
        ContactId contact = Hash.Contact(7, Channel.WhatsApp, Encoding.ASCII.GetBytes(value));
        await folder.CloseAsync();
        using MasterKey master = MasterKey.Open(Path.Combine(folder.Path, "master.key"), dataExists: true);
        using TenantKeys tenants = TenantKeys.Open(Path.Combine(folder.Path, "tenants.keys"), master);

        byte[] expected = HMACSHA256.HashData(tenants.Get(7).IndexKey, Encoding.ASCII.GetBytes("whatsapp:" + value));

        Assert.Equal(ContactId.FromHash(expected), contact);
    }

    [Fact]
    public async Task Hashes_are_the_same_after_a_restart()
    {
        object[] before = All();
        await folder.ReopenAsync();
        Assert.Equal(before, All());
        await folder.CrashAsync();
        Assert.Equal(before, All());
    }

    [Fact]
    public void Another_tenant_channel_value_line_or_provider_is_another_hash()
    {
        Assert.Equal(4, new[]
        {
            Hash.Contact(1, Channel.Sms, "+391"u8), Hash.Contact(2, Channel.Sms, "+391"u8), Hash.Contact(1, Channel.Voice, "+391"u8), Hash.Contact(1, Channel.Sms, "+392"u8),
        }.Distinct().Count());
        Assert.Equal(4, new[]
        {
            Hash.IdempotencyKey(1, "k"u8, 0), Hash.IdempotencyKey(2, "k"u8, 0), Hash.IdempotencyKey(1, "k"u8, 1), Hash.IdempotencyKey(1, "l"u8, 0),
        }.Distinct().Count());
        Assert.Equal(3, new[] { Hash.ReceiptKey(1, "a"u8), Hash.ReceiptKey(2, "a"u8), Hash.ReceiptKey(1, "b"u8) }.Distinct().Count());
    }

    [Fact]
    public void Another_installation_hashes_differently()
    {
        DataFolder other = new();
        other.Open();
        object[] theirs = [other.Store!.Hash.Contact(1, Channel.Sms, "+391"u8), other.Store.Hash.ReceiptKey(1, "a"u8), other.Store.Hash.Cloak(1)];
        object[] ours = [Hash.Contact(1, Channel.Sms, "+391"u8), Hash.ReceiptKey(1, "a"u8), Hash.Cloak(1)];

        Assert.All(ours.Zip(theirs), static pair => Assert.NotEqual(pair.First, pair.Second));
        _ = other.DisposeAsync().AsTask();
    }

    [Fact]
    public void Cloak_is_undone_by_Uncloak_alone()
    {
        Random random = new(5);
        for (int i = 0; i < 100; i++)
        {
            UInt128 value = new((ulong)random.NextInt64(), (ulong)random.NextInt64());
            Assert.NotEqual(value, Hash.Cloak(value));
            Assert.Equal(value, Hash.Uncloak(Hash.Cloak(value)));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(150)]
    public void Cloak_OfABatch_EqualsCloakOfEach(int count)
    {
        UInt128[] values = [.. Enumerable.Range(0, count).Select(static i => new UInt128((ulong)i, 7))];
        UInt128[] expected = [.. values.Select(Hash.Cloak)];

        Hash.Cloak(values);

        Assert.Equal(expected, values);
    }

    [Fact]
    public void Hashing_allocates_nothing_once_a_thread_has_its_hashes()
    {
        All();
        int turn = 0;
        UInt128[] batch = new UInt128[100];
        Allocations.AssertNone(
            () =>
            {
                Hash.Cloak(batch);
                int tenant = 1 + (++turn & 1);
                Hash.Contact(tenant, Channel.Sms, "+393331234567"u8);
                Hash.IdempotencyKey(tenant, "order-1"u8, turn);
                Hash.ReceiptKey(3, "4711"u8);
                Hash.Uncloak(Hash.Cloak(9));
            },
            warmUps: 1,
            runs: 100);
    }

    private object[] All() =>
    [
        Hash.Contact(1, Channel.Sms, "+393331234567"u8), Hash.Contact(2, Channel.Email, "a@b.c"u8), Hash.IdempotencyKey(1, "order-1"u8, 0), Hash.IdempotencyKey(2, "order-1"u8, 3),
        Hash.ReceiptKey(3, "4711"u8), Hash.Cloak(77), Hash.Uncloak(77),
    ];
}
