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

    private static StoredConversation Assigned(AcceptedMessage message, string name) => new()
    {
        Id = new ConversationId(message.Contact, message.Sender),
        Tenant = 1,
        Found = true,
        KeySlot = message.KeySlot,
        Facts = default(ConversationFacts).After(ConversationChange.Assign(77, name), message.Id.Head, out _),
    };

    private static async Task<StoredConversation> FindAsync(SqliteStore store, StoredConversation row) =>
        await store.Journal.FindConversationAsync(1, row.Id, TestContext.Current.CancellationToken);

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
