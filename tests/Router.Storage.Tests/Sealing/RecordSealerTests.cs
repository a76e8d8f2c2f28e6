using Router.Core.Messages;
using Router.Engine.Sealing;
using Router.Storage.Sealing;
using Router.Storage.Sqlite;
using Router.Testing;

namespace Router.Storage.Tests.Sealing;

public sealed class RecordSealerTests : IAsyncLifetime
{
    private static readonly byte[] Record = Some.Record("a secret", "+393331112222");
    private static readonly MessageId Id = Some.Id(3, 1);

    private readonly DataFolder folder = new();
    private SqliteStore store = null!;

    private IRecordSealer Sealer => store.Sealer;

    public ValueTask InitializeAsync()
    {
        store = folder.Open();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    [Fact]
    public void A_sealed_record_opens_and_shows_nothing()
    {
        byte[] sealedRecord = Seal(1, Sealer.NewKeySlot(), Id);

        Assert.Equal(Record, Open(1, 1, Id, sealedRecord));
        Assert.Equal(Record.Length + IRecordSealer.Overhead, sealedRecord.Length);
        Assert.Equal(-1, sealedRecord.AsSpan().IndexOf("secret"u8));
    }

    [Fact]
    public void A_changed_byte_anywhere_does_not_open()
    {
        byte[] sealedRecord = Seal(1, Sealer.NewKeySlot(), Id);
        for (int i = 0; i < sealedRecord.Length; i++)
        {
            sealedRecord[i] ^= 1;
            Assert.Null(Open(1, 1, Id, sealedRecord));
            sealedRecord[i] ^= 1;
        }

        Assert.Null(Open(1, 1, Id, sealedRecord[..^1]));
        Assert.Null(Open(1, 1, Id, []));
    }

    [Fact]
    public void A_record_under_another_id_slot_or_tenant_does_not_open()
    {
        uint slot = Sealer.NewKeySlot();
        uint other = Sealer.NewKeySlot();
        byte[] sealedRecord = Seal(1, slot, Id);

        Assert.Null(Open(1, slot, Some.Id(3, 2), sealedRecord));
        Assert.Null(Open(1, slot, Id with { Tail = Id.Tail ^ 1 }, sealedRecord));
        Assert.Null(Open(1, other, Id, sealedRecord));
        Assert.Null(Open(2, slot, Id, sealedRecord));
        Assert.Null(Open(1, 0, Id, sealedRecord));
        Assert.Null(Open(1, 1_000_000, Id, sealedRecord));
    }

    [Fact]
    public void Two_contacts_seal_the_same_record_differently()
    {
        Assert.NotEqual(Seal(1, Sealer.NewKeySlot(), Id), Seal(1, Sealer.NewKeySlot(), Id));
    }

    [Fact]
    public async Task What_was_sealed_opens_after_a_restart_and_after_a_crash()
    {
        byte[] sealedRecord = await KeepAndSealAsync();

        store = await folder.ReopenAsync();
        Assert.Equal(Record, Open(1, 1, Id, sealedRecord));
        store = await folder.CrashAsync();
        Assert.Equal(Record, Open(1, 1, Id, sealedRecord));
    }

    [Fact]
    public async Task Slots_are_never_given_twice()
    {
        HashSet<uint> given = [];
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 5000; i++)
            {
                Assert.True(given.Add(Sealer.NewKeySlot()));
            }

            await folder.KeepAsync(given.Max());
            store = round == 0 ? await folder.ReopenAsync() : await folder.CrashAsync();
        }
    }

    [Fact]
    public async Task A_destroyed_contact_key_opens_nothing_ever_again()
    {
        byte[] sealedRecord = await KeepAndSealAsync();
        byte[] neighbour = Seal(1, Sealer.NewKeySlot(), Id);

        store.DestroyContactKey(1);

        Assert.Null(Open(1, 1, Id, sealedRecord));
        Assert.Throws<InvalidOperationException>(() => Seal(1, 1, Id));
        Assert.Equal(Record, Open(1, 2, Id, neighbour));
        store = await folder.CrashAsync();
        Assert.Null(Open(1, 1, Id, sealedRecord));
        Assert.Equal(Record, Open(1, 2, Id, neighbour));
    }

    [Fact]
    public async Task A_destroyed_tenant_key_opens_nothing_ever_again()
    {
        byte[] sealedRecord = await KeepAndSealAsync();
        byte[] neighbour = Seal(2, 1, Id);

        store.DestroyTenantKey(1);

        Assert.Null(Open(1, 1, Id, sealedRecord));
        Assert.Throws<StorageException>(() => store.Hash.Contact(1, Channel.Sms, "+39"u8));
        Assert.Equal(Record, Open(2, 1, Id, neighbour));
        store = await folder.CrashAsync();
        Assert.Null(Open(1, 1, Id, sealedRecord));
        Assert.Throws<StorageException>(() => store.Hash.Contact(1, Channel.Sms, "+39"u8));
    }

    [Fact]
    public void Sealing_for_a_known_contact_allocates_nothing()
    {
        uint slot = Sealer.NewKeySlot();
        byte[] to = Seal(1, slot, Id);
        byte[] opened = new byte[Record.Length];
        Assert.True(Sealer.TryOpen(1, slot, Id, to, opened));
        int turn = 0;
        Allocations.AssertNone(
            () =>
            {
                Sealer.Seal(1, slot, Some.Id(3, ++turn), Record, to);
                Sealer.TryOpen(1, slot, Some.Id(3, turn), to, opened);
            },
            warmUps: 1,
            runs: 1_000);
    }

    // A campaign: a record each for contacts that have no live cipher.
    [Fact]
    public void Sealing_for_contacts_never_seen_allocates_nothing()
    {
        uint[] slots = [.. Enumerable.Range(0, 1_000).Select(_ => Sealer.NewKeySlot())];
        byte[][] before = [.. slots.Select(slot => Seal(1, slot, Id))];
        byte[] to = new byte[Record.Length + IRecordSealer.Overhead];
        byte[] opened = new byte[Record.Length];
        int turn = 0;
        Allocations.AssertNone(
            () =>
            {
                int at = ++turn % slots.Length;
                int other = (at + 500) % slots.Length;
                Sealer.Seal(1, slots[at], Id, Record, to);
                Assert.True(Sealer.TryOpen(1, slots[other], Id, before[other], opened));
            },
            runs: 1_000);
    }

    // The newest blocks of salts are held in memory, older ones read from the file.
    [Fact]
    public async Task A_contact_of_long_ago_is_sealed_for_under_the_same_key()
    {
        byte[] before = await KeepAndSealAsync();
        for (int block = 0; block < 8; block++)
        {
            for (int i = 0; i < ContactSalts.BlockSlots - 1; i++)
            {
                Sealer.NewKeySlot();
            }

            await folder.KeepAsync(Sealer.NewKeySlot());
        }

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(before, Seal(1, 1, Id));
        }
    }

    // 64 live ciphers for 1,000 contacts: each is made anew many times, by threads that meet in the same sets.
    [Fact]
    public async Task Many_threads_seal_for_more_contacts_than_have_live_ciphers()
    {
        uint[] slots = [.. Enumerable.Range(0, 1000).Select(_ => Sealer.NewKeySlot())];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            Random random = new(thread);
            for (int i = 0; i < 4000; i++)
            {
                uint slot = slots[random.Next(slots.Length)];
                MessageId id = Some.Id(thread, i);
                Assert.Equal(Record, Open(1 + (int)(slot % 3), slot, id, Seal(1 + (int)(slot % 3), slot, id)));
            }
        })));
    }

    private async Task<byte[]> KeepAndSealAsync()
    {
        uint slot = Sealer.NewKeySlot();
        await folder.KeepAsync(slot);
        return Seal(1, slot, Id);
    }

    private byte[] Seal(int tenant, uint slot, MessageId id)
    {
        byte[] sealedRecord = new byte[Record.Length + IRecordSealer.Overhead];
        Sealer.Seal(tenant, slot, id, Record, sealedRecord);
        return sealedRecord;
    }

    private byte[]? Open(int tenant, uint slot, MessageId id, byte[] sealedRecord)
    {
        byte[] opened = new byte[Math.Max(sealedRecord.Length - IRecordSealer.Overhead, 0)];
        return Sealer.TryOpen(tenant, slot, id, sealedRecord, opened) ? opened : null;
    }
}
