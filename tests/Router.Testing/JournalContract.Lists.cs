using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Testing;

public abstract partial class JournalContract
{
    [Fact]
    public async Task Messages_are_listed_with_the_newest_first_by_tenant_conversation_and_status()
    {
        List<AcceptedMessage> all = await WriteForListsAsync();
        for (int round = 0; round < 2; round++)
        {
            foreach (int tenant in new[] { 1, 2 })
            {
                await AssertListsAsync(all, new MessageQuery { Tenant = tenant, Limit = 200 });
                foreach (MessageStatus status in new[] { MessageStatus.Accepted, MessageStatus.Sent, MessageStatus.Rejected, MessageStatus.Delivered })
                {
                    await AssertListsAsync(all, new MessageQuery { Tenant = tenant, Status = status, Limit = 200 });
                }
            }

            foreach (ConversationId conversation in all.Select(static m => new ConversationId(m.Contact, m.Sender)).Distinct())
            {
                int tenant = all.First(m => m.Contact == conversation.Contact).Tenant;
                await AssertListsAsync(all, new MessageQuery { Tenant = tenant, Conversation = conversation, Limit = 200 });
                await AssertListsAsync(all, new MessageQuery { Tenant = tenant, Conversation = conversation, Status = MessageStatus.Sent, Limit = 200 });
            }

            await ReopenJournalAsync();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    public async Task Pages_show_each_message_once(int limit)
    {
        List<AcceptedMessage> all = await WriteForListsAsync();
        AcceptedMessage some = all[^1];

        await AssertListsAsync(all, new MessageQuery { Tenant = 1, Limit = limit });
        await AssertListsAsync(all, new MessageQuery { Tenant = 2, Status = MessageStatus.Sent, Limit = limit });
        await AssertListsAsync(all, new MessageQuery { Tenant = some.Tenant, Conversation = new ConversationId(some.Contact, some.Sender), Limit = limit });
    }

    [Fact]
    public async Task A_page_begins_before_the_head_given()
    {
        List<AcceptedMessage> all = await WriteForListsAsync();
        AcceptedMessage[] own = [.. all.Where(static m => m.Tenant == 1).OrderByDescending(static m => m.Id.Head)];

        MessagePage page = await (await OpenAsync()).ListMessagesAsync(new MessageQuery { Tenant = 1, BeforeHead = own[10].Id.Head, Limit = 5 }, Stop);

        Assert.Equal(own[11..16].Select(static m => m.Id), page.Items.Select(static i => i.Accepted.Id));
    }

    [Fact]
    public async Task Another_tenants_conversation_lists_nothing()
    {
        List<AcceptedMessage> all = await WriteForListsAsync();
        AcceptedMessage foreign = all.First(static m => m.Tenant == 2);

        Assert.Empty(await ListAllAsync(new MessageQuery { Tenant = 1, Conversation = new ConversationId(foreign.Contact, foreign.Sender) }));
        Assert.Empty(await ListAllAsync(new MessageQuery { Tenant = 3 }));
    }

    [Fact]
    public async Task Listed_messages_come_with_record_and_events()
    {
        ShardWriter writer = await TakeAsync(2);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(2, 1), "listed");
        writer.Add(Some.Status(message, MessageStatus.Rejected, Reason.NoRoute));
        await writer.KeepAsync();

        StoredMessage item = Assert.Single(await ListAllAsync(new MessageQuery { Tenant = 1 }));

        Assert.Equal(MessageFacts.Of(message), MessageFacts.Of(item.Accepted));
        Assert.Equal(Some.Record("listed"), item.Record);
        Assert.Equal([MessageStatus.Accepted, MessageStatus.Rejected], item.Events.Select(static e => e.Status));
        Assert.Equal(Reason.NoRoute, item.Events[1].Reason);
    }

    // Guards against a chain that is cut by a message the journal did not store: its successor in the same part points at it.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_repeat_in_the_middle_of_a_part_hides_no_older_message_of_the_conversation(bool otherBody)
    {
        ShardWriter writer = await TakeAsync(2);
        ContactId contact = Some.Contact(2, 1);
        AcceptedMessage oldest = await writer.AcceptAsync(contact, with: static m => m.WithKey(1));
        await writer.KeepAsync();
        AcceptedMessage older = await writer.AcceptAsync(contact);
        await writer.AcceptAsync(contact, with: m => m.WithKey(1, otherBody ? 2u : 1));
        await writer.AcceptAsync(contact, with: m => m.WithKey(1, otherBody ? 2u : 1));
        AcceptedMessage newest = await writer.AcceptAsync(contact);
        await writer.KeepAsync();

        for (int round = 0; round < 2; round++)
        {
            List<StoredMessage> listed = await ListAllAsync(new MessageQuery { Tenant = 1, Conversation = new ConversationId(contact, Some.Sender), Limit = 1 });
            Assert.Equal([newest.Id, older.Id, oldest.Id], listed.Select(static i => i.Accepted.Id));
            Assert.Equal([older.Id.Head, oldest.Id.Head, 0ul], listed.Select(static i => i.Accepted.PreviousHead));
            Assert.Equal(newest.Id.Head, (await ReadContactAsync(contact)).LastHead);
            await ReopenJournalAsync();
        }
    }

    [Fact]
    public async Task A_repeat_at_the_end_of_a_part_is_not_the_contacts_last_message()
    {
        ShardWriter writer = await TakeAsync(2);
        ContactId contact = Some.Contact(2, 1);
        AcceptedMessage first = await writer.AcceptAsync(contact, with: static m => m.WithKey(1));
        await writer.AcceptAsync(contact, with: static m => m.WithKey(1) with { Sender = 5 });
        await writer.KeepAsync();

        for (int round = 0; round < 2; round++)
        {
            StoredContact row = await ReadContactAsync(contact);
            Assert.Equal((first.Id.Head, first.Sender), (row.LastHead, row.LastSender));
            await ReopenJournalAsync();
        }
    }

    /// <summary>180 messages of two tenants over three shards, twelve contacts and two senders, in many parts; then a third sent, a third rejected.</summary>
    private async Task<List<AcceptedMessage>> WriteForListsAsync()
    {
        ShardWriter[] writers = await TakeAllAsync(2, 3, 40);
        var all = new List<AcceptedMessage>();
        for (int i = 0; i < 180; i++)
        {
            ShardWriter writer = writers[i % 3];
            int number = i / 3 % 4;
            all.Add(await writer.AcceptAsync(Some.Contact(writer.Shard, number), tenant: 1 + (number % 2), with: m => m with { Sender = i % 5 == 0 ? 70u : 71u }));
            if (i % 20 == 19)
            {
                await Task.WhenAll(writers.Select(static w => w.KeepAsync()));
            }
        }

        for (int i = 0; i < all.Count; i++)
        {
            if (i % 3 != 0)
            {
                writers.Single(w => w.Shard == all[i].Id.Shard).Add(i % 4 != 1
                    ? Some.Status(all[i], MessageStatus.Sent, provider: 1, receiptKey: (ulong)i + 1) : Some.Status(all[i], MessageStatus.Rejected, Reason.OptedOut));
            }
        }

        await Task.WhenAll(writers.Select(static w => w.KeepAsync()));
        return all;
    }

    private async Task AssertListsAsync(List<AcceptedMessage> all, MessageQuery query)
    {
        var expected = new List<MessageId>();
        foreach (AcceptedMessage message in all.OrderByDescending(static m => m.Id.Head))
        {
            bool fits = message.Tenant == query.Tenant && (query.Conversation is not { } c || c == new ConversationId(message.Contact, message.Sender));
            if (fits && (query.Status == MessageStatus.None || (await FindAsync(message)).Events[^1].Status == query.Status))
            {
                expected.Add(message.Id);
            }
        }

        Assert.Equal(expected, (await ListAllAsync(query)).Select(static m => m.Accepted.Id));
    }

    private async Task<List<StoredMessage>> ListAllAsync(MessageQuery query)
    {
        IJournal open = await OpenAsync();
        var items = new List<StoredMessage>();
        while (true)
        {
            MessagePage page = await open.ListMessagesAsync(query, Stop);
            Assert.True(page.Items.Count <= query.Limit);
            items.AddRange(page.Items);
            if (page.NextBeforeHead == 0)
            {
                return items;
            }

            Assert.True(query.BeforeHead == 0 || page.NextBeforeHead < query.BeforeHead, "paging must get ahead");
            query = query with { BeforeHead = page.NextBeforeHead };
        }
    }
}
