using Router.Core.Consent;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Storage.Sqlite;
using Router.Testing;

namespace Router.Storage.Tests.Sqlite;

/// <summary>What was swept out of memory by the journal itself is found by every question, and after a crash.</summary>
public sealed class SweepTests : IAsyncDisposable
{
    private const int Messages = 6000;

    private readonly DataFolder folder = new() { With = static o => o with { GenerationMessages = 1000, ContactsMax = 1500, AwaitedReceiptsMax = 100 } };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    [Fact]
    public async Task Everything_is_found_while_generations_come_and_go()
    {
        SqliteStore store = folder.Open();
        List<AcceptedMessage> all = await WriteAsync(store);
        for (int round = 0; round < 3; round++)
        {
            Assert.True(store.HeldMessages < 4000, $"{store.HeldMessages} messages are still in memory");
            for (int i = 0; i < all.Count; i += 97)
            {
                await AssertFoundAsync(store, all[i], i);
            }

            await AssertListsAsync(store, all);
            store = round == 0 ? await folder.CrashAsync() : await folder.ReopenAsync();
        }

        // Never finished: every hundredth, from the first generation on.
        Assert.Equal(all.Where(static (_, i) => i % 100 == 0).Select(static m => m.Id), (await JournalDriver.TakeAsync(store)).Taken.Unfinished.Select(static u => u.Accepted.Id));
    }

    [Theory]
    [InlineData("lookup-*")]
    [InlineData("contacts.db*")]
    public async Task Files_that_sweeps_made_are_made_again_from_the_log(string pattern)
    {
        List<AcceptedMessage> all = await WriteAsync(folder.Open());
        await folder.CloseAsync();
        string[] files = Directory.GetFiles(folder.Path, pattern);
        Assert.NotEmpty(files);
        Array.ForEach(files, File.Delete);

        SqliteStore store = folder.Open();

        for (int i = 0; i < all.Count; i += 197)
        {
            await AssertFoundAsync(store, all[i], i);
        }
    }

    [Fact]
    public async Task A_day_has_a_file_and_messages_are_found_over_days()
    {
        SqliteStore store = folder.Open();
        JournalDriver driver = await JournalDriver.TakeAsync(store);
        AcceptedMessage message = driver.Accept();
        await driver.KeepAsync();
        foreach (MessageStatus status in new[] { MessageStatus.Queued, MessageStatus.Sent, MessageStatus.Delivered })
        {
            await store.SweepAsync();
            folder.Time.Advance(TimeSpan.FromDays(1));
            driver.Part.Entries.Add(Some.Status(message, status, provider: 1, receiptKey: status == MessageStatus.Sent ? 5u : 0));
            await driver.KeepAsync();
        }

        await store.SweepAsync();

        Assert.Equal(4, Directory.GetFiles(folder.Path, "lookup-????????.db").Length);
        for (int round = 0; round < 2; round++)
        {
            StoredMessage found = (await store.Journal.FindMessageAsync(1, message.Id, Stop))!;
            Assert.Equal([MessageStatus.Accepted, MessageStatus.Queued, MessageStatus.Sent, MessageStatus.Delivered], found.Events.Select(static e => e.Status));
            Assert.Equal(MessageStatus.Delivered, (await store.Journal.FindAwaitedReceiptAsync(5, Stop))!.Value.Status);
            foreach (MessageStatus status in found.Events.Select(static e => e.Status))
            {
                MessagePage page = await store.Journal.ListMessagesAsync(new MessageQuery { Tenant = 1, Status = status }, Stop);
                Assert.Equal(status == MessageStatus.Delivered ? 1 : 0, page.Items.Count);
            }

            store = await folder.CrashAsync();
        }
    }

    [Fact]
    public async Task A_clock_set_back_by_a_day_sweeps_into_the_newest_file()
    {
        SqliteStore store = folder.Open();
        JournalDriver driver = await JournalDriver.TakeAsync(store);
        folder.Time.Advance(TimeSpan.FromDays(2));
        AcceptedMessage first = driver.Accept();
        await driver.KeepAsync();
        await store.SweepAsync();
        store = await folder.ReopenAsync(atMs: Some.NowMs);
        driver = await JournalDriver.TakeAsync(store);
        AcceptedMessage second = driver.Accept();
        await driver.KeepAsync();
        await store.SweepAsync();
        store = await folder.ReopenAsync();

        Assert.Single(Directory.GetFiles(folder.Path, "lookup-????????.db"));
        Assert.NotNull(await store.Journal.FindMessageAsync(1, first.Id, Stop));
        Assert.Single((await store.Journal.FindMessageAsync(1, second.Id, Stop))!.Events);
    }

    [Fact]
    public async Task An_idempotency_key_counts_for_24_hours_swept_or_not()
    {
        foreach (bool sweep in new[] { false, true })
        {
            ulong key = sweep ? 1u : 2u;
            SqliteStore store = await folder.ReopenAsync(atMs: Some.NowMs);
            JournalDriver driver = await JournalDriver.TakeAsync(store);
            AcceptedMessage first = driver.Accept(with: m => m.WithKey(key));
            await driver.KeepAsync();
            if (sweep)
            {
                await store.SweepAsync();
                store = await folder.CrashAsync();
                driver = await JournalDriver.TakeAsync(store);
            }

            long day = 24 * 3_600_000;
            driver.Accept(with: m => m.WithKey(key) with { AcceptedAtMs = first.Id.UnixMs + day - 1 });
            driver.Accept(with: m => m.WithKey(key, body: 7) with { AcceptedAtMs = first.Id.UnixMs + day - 1 });
            JournalPart part = await driver.CommitAsync();
            Assert.Equal([KeptAs.Repeat, KeptAs.OtherBody], part.Accepted.Span.ToArray().Select(static m => m.Kept));
            Assert.Equal(first.Id, part.Accepted[0].FirstId);
            driver.Accept(with: m => m.WithKey(key, body: 7) with { AcceptedAtMs = first.Id.UnixMs + day });
            Assert.Equal(KeptAs.New, (await driver.CommitAsync()).Accepted[0].Kept);
        }
    }

    [Fact]
    public async Task The_newest_swept_receipts_are_handed_out_with_the_shard_up_to_the_bound()
    {
        SqliteStore store = folder.Open();
        List<AcceptedMessage> all = await WriteAsync(store);
        await store.SweepAsync();
        IReadOnlyList<AwaitedReceipt> awaited = (await JournalDriver.TakeAsync(store)).Taken.Awaited;

        Assert.InRange(awaited.Count, 1, 1000);
        Assert.All(awaited, static a => Assert.Equal(MessageStatus.Sent, a.Status));
        Assert.Contains(all[^1].Id, awaited.Select(static a => a.Message));
    }

    // In parts of 100: accepted; every hundredth stays so; the others sent; half of those delivered. A flag for every seventh contact.
    private static async Task<List<AcceptedMessage>> WriteAsync(SqliteStore store)
    {
        JournalDriver driver = await JournalDriver.TakeAsync(store);
        List<AcceptedMessage> all = [];
        for (int i = 0; i < Messages; i++)
        {
            AcceptedMessage message = driver.Accept(tenant: 1 + (i % 2), with: m => m.WithKey((ulong)i));
            all.Add(message);
            if (i % 7 == 0)
            {
                driver.Part.Entries.Add(Some.Flags(message.Contact, Flags(i), message.Tenant, message.KeySlot));
            }

            if (i % 100 == 99)
            {
                await driver.KeepAsync();
                for (int j = i - 99; j <= i; j++)
                {
                    if (j % 100 != 0)
                    {
                        driver.Part.Entries.Add(Some.Status(all[j], MessageStatus.Sent, provider: 1, receiptKey: (ulong)j + 1));
                    }
                }

                await driver.KeepAsync();
            }

            // Late: about two generations after.
            if (i >= 2000 && Ends(i - 2000) == MessageStatus.Delivered)
            {
                driver.Part.Entries.Add(Some.Status(all[i - 2000], MessageStatus.Delivered, provider: 1));
            }
        }

        await driver.KeepAsync();
        return all;
    }

    private static ContactFlags Flags(int i) => default(ContactFlags).WithBlocked(i % 2 == 0).With(Purpose.Marketing, ConsentState.Granted);

    private static MessageStatus Ends(int i) => i % 100 == 0 ? MessageStatus.Accepted : i % 2 == 0 && i < Messages - 2000 ? MessageStatus.Delivered : MessageStatus.Sent;

    private static async Task AssertFoundAsync(SqliteStore store, AcceptedMessage message, int i)
    {
        StoredMessage found = (await store.Journal.FindMessageAsync(message.Tenant, message.Id, Stop))!;
        MessageStatus[] expected = [.. new[] { MessageStatus.Accepted, MessageStatus.Sent, MessageStatus.Delivered }.Where(s => s <= Ends(i))];
        Assert.Equal(expected, found.Events.Select(static e => e.Status));
        Assert.NotNull(found.Record);
        AwaitedReceipt? awaited = await store.Journal.FindAwaitedReceiptAsync((ulong)i + 1, Stop);
        Assert.Equal(i % 100 == 0 ? null : message.Id, awaited?.Message);
        Assert.Equal(i % 7 == 0 ? Flags(i) : default, await store.Journal.FindFlagsAsync(message.Contact, Stop));
        StoredContact contact = (await new JournalClient().ReadContactsAsync(store.Journal, message.Contact))[0];
        Assert.Equal((true, message.KeySlot, message.Id.Head), (contact.Found, contact.KeySlot, contact.LastHead));
        MessagePage page = await store.Journal.ListMessagesAsync(
            new MessageQuery { Tenant = message.Tenant, Conversation = new ConversationId(message.Contact, message.Sender) }, Stop);
        Assert.Equal(message.Id, Assert.Single(page.Items).Accepted.Id);
    }

    private static async Task AssertListsAsync(SqliteStore store, List<AcceptedMessage> all)
    {
        foreach (MessageStatus status in new[] { MessageStatus.None, MessageStatus.Accepted, MessageStatus.Delivered })
        {
            MessageId[] expected = [.. all.Where((m, i) => m.Tenant == 1 && (status == MessageStatus.None || Ends(i) == status)).Select(static m => m.Id).Reverse()];
            List<MessageId> listed = [];
            MessageQuery query = new() { Tenant = 1, Status = status, Limit = 200 };
            do
            {
                MessagePage page = await store.Journal.ListMessagesAsync(query, Stop);
                listed.AddRange(page.Items.Select(static m => m.Accepted.Id));
                query = query with { BeforeHead = page.NextBeforeHead };
            }
            while (query.BeforeHead != 0);

            Assert.Equal(expected, listed);
        }
    }
}
