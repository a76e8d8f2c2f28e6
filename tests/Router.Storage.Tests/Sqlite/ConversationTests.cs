using System.Text;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Storage.Sqlite;
using Router.Testing;

namespace Router.Storage.Tests.Sqlite;

/// <summary>What only this store does with conversations: names sealed under the contact's key, and indexes that lists go by.</summary>
public sealed class ConversationTests : IAsyncDisposable
{
    private readonly DataFolder folder = new();

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    [Fact]
    public async Task An_assignees_name_is_in_no_file_and_dies_with_the_contacts_key()
    {
        SqliteStore store = folder.Open();
        JournalDriver driver = await JournalDriver.TakeAsync(store);
        AcceptedMessage message = driver.Accept();
        StoredConversation row = Assigned(message, "Wilhelmina");
        driver.Part.Conversations.Add(row);
        await driver.KeepAsync();
        Assert.Equal("Wilhelmina", (await FindAsync(store, row)).Facts.Assignee);
        AssertHidden("Wilhelmina");

        store.DestroyContactKey(message.KeySlot);
        StoredConversation erased = await FindAsync(store, row);
        Assert.Equal((null, 77ul, ConversationState.Open), (erased.Facts.Assignee, erased.Facts.Agent, erased.Facts.State));

        // And it can still be closed: the name it had is gone, the writer goes on.
        driver.Part.Conversations.Add(row with { Facts = row.Facts.After(ConversationChange.Close, Some.Id(5, 9).Head, out _) });
        await driver.KeepAsync();
        Assert.Equal((null, ConversationState.Closed), ((await FindAsync(store, row)).Facts.Assignee, (await FindAsync(store, row)).Facts.State));
    }

    [Fact]
    public void Sealed_text_opens_with_its_tenant_and_slot_only_and_never_looks_the_same_twice()
    {
        SqliteStore store = folder.Open();
        uint slot = store.Sealer.NewKeySlot();
        byte[] once = SealedText.TrySeal(store.Sealer, 1, slot, "a note"u8)!;
        byte[] twice = SealedText.TrySeal(store.Sealer, 1, slot, "a note"u8)!;

        Assert.NotEqual(once, twice);
        Assert.Equal("a note"u8.ToArray(), SealedText.TryOpen(store.Sealer, 1, slot, once));
        Assert.Null(SealedText.TryOpen(store.Sealer, 2, slot, once));
        Assert.Null(SealedText.TryOpen(store.Sealer, 1, store.Sealer.NewKeySlot(), once));
        Assert.Null(SealedText.TryOpen(store.Sealer, 1, slot, once.AsSpan(0, 20)));
        once[^1] ^= 1;
        Assert.Null(SealedText.TryOpen(store.Sealer, 1, slot, once));
        store.DestroyContactKey(slot);
        Assert.Null(SealedText.TryOpen(store.Sealer, 1, slot, twice));
        Assert.Null(SealedText.TrySeal(store.Sealer, 1, slot, "another"u8));
        Assert.Null(SealedText.TrySeal(store.Sealer, 1, 0, "another"u8));
    }

    [Theory]
    [InlineData("WHERE tenant = 1 AND state = 1 AND active < 9 ORDER BY active DESC LIMIT 3", "conversation_active")]
    [InlineData("WHERE tenant = 1 AND state = 1 AND active < 9 AND agent = 7 AND agent <> 0 ORDER BY active DESC LIMIT 3", "conversation_agent")]
    [InlineData("WHERE shard = 1 AND heard < inbound ORDER BY active LIMIT 3", "conversation_unheard")]
    public async Task A_list_goes_by_its_index_and_sorts_nothing(string where, string index)
    {
        folder.Open();
        await folder.CloseAsync();
        using var database = Database.OpenReader(Path.Combine(folder.Path, "journal.db"), cacheKiB: 1024);
        using Statement plan = database.Prepare("EXPLAIN QUERY PLAN SELECT assignee FROM conversation " + where);
        var steps = new List<string>();
        while (plan.Step())
        {
            steps.Add(Encoding.UTF8.GetString(plan.Blob(3)));
        }

        Assert.Contains($"USING INDEX {index} ", Assert.Single(steps), StringComparison.Ordinal);
    }

    // Reading its conversation for a change ended the process, at each try, for all tenants.
    [Fact]
    public async Task A_damaged_tenants_key_hides_its_own_names_for_as_long_as_it_is_damaged()
    {
        JournalDriver driver = await JournalDriver.TakeAsync(folder.Open());
        StoredConversation hidden = Assigned(driver.Accept(), "Wilhelmina");
        StoredConversation other = Assigned(driver.Accept(tenant: 2), "Ada");
        driver.Part.Conversations.Add(hidden);
        driver.Part.Conversations.Add(other);
        await driver.KeepAsync();
        SqliteStore store = await TurnAByteOfTheKeyAsync();
        driver = await JournalDriver.TakeAsync(store);

        var client = new JournalClient();
        var read = new ContactRead(client);
        read.Conversations.Add(new StoredConversation { Tenant = 1, Id = hidden.Id });
        read.Conversations.Add(new StoredConversation { Tenant = 2, Id = other.Id });
        await client.ReadContactsAsync(store.Journal, read);
        StoredConversation found = read.Conversations[0];
        Assert.Equal((true, 77ul, null), (found.Found, found.Facts.Agent, found.Facts.Assignee));
        Assert.Equal("Ada", read.Conversations[1].Facts.Assignee);
        Assert.Equal(2, (await store.Journal.FindUnheardAsync(5, 10, TestContext.Current.CancellationToken)).Count);
        await Assert.ThrowsAsync<StorageException>(() => FindAsync(store, hidden)); // people are told

        // Changed meanwhile, and the key restored: the name is still there.
        driver.Part.Conversations.Add(found with { Facts = found.Facts.After(ConversationChange.Close, Some.Id(5, 9).Head, out _) });
        await driver.KeepAsync();
        found = await FindAsync(await TurnAByteOfTheKeyAsync(), hidden);
        Assert.Equal(("Wilhelmina", ConversationState.Closed), (found.Facts.Assignee, found.Facts.State));
    }

    [Fact]
    public async Task A_damaged_tenants_key_does_not_keep_its_shard_from_the_others()
    {
        JournalDriver driver = await JournalDriver.TakeAsync(folder.Open());
        AcceptedMessage part = driver.Accept(with: static m => m with { IsPart = true, Direction = MessageDirection.Inbound });
        AcceptedMessage other = driver.Accept(tenant: 2);
        await driver.KeepAsync();

        driver = await JournalDriver.TakeAsync(await TurnAByteOfTheKeyAsync());
        Assert.Equal([other.Id], driver.Taken.Unfinished.Select(static u => u.Accepted.Id));
        driver = await JournalDriver.TakeAsync(await TurnAByteOfTheKeyAsync());
        Assert.Equal([part.Id, other.Id], driver.Taken.Unfinished.Select(static u => u.Accepted.Id));
        Assert.NotNull(driver.Taken.Unfinished[0].PartRecord);
    }

    // In the key of tenant 1; once more, and it is whole again.
    private async Task<SqliteStore> TurnAByteOfTheKeyAsync()
    {
        await folder.CloseAsync();
        string path = Path.Combine(folder.Path, "tenants.keys");
        byte[] keys = File.ReadAllBytes(path);
        keys[96 + 40] ^= 1;
        File.WriteAllBytes(path, keys);
        return folder.Open();
    }

    private static StoredConversation Assigned(AcceptedMessage message, string name) => new()
    {
        Id = new ConversationId(message.Contact, message.Sender),
        Tenant = message.Tenant,
        Found = true,
        KeySlot = message.KeySlot,
        Facts = default(ConversationFacts).AfterInbound(message.Id.Head, out _).After(ConversationChange.Assign(77, name), message.Id.Head, out _),
    };

    private static async Task<StoredConversation> FindAsync(SqliteStore store, StoredConversation row) =>
        await store.Journal.FindConversationAsync(row.Tenant, row.Id, TestContext.Current.CancellationToken);

    private void AssertHidden(string word)
    {
        foreach (string file in Directory.GetFiles(folder.Path).Where(static f => !f.EndsWith("router.lock", StringComparison.Ordinal)))
        {
            using FileStream open = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using MemoryStream bytes = new();
            open.CopyTo(bytes);
            Assert.Equal(-1, bytes.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(word)));
        }
    }
}
