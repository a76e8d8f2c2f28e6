using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Testing;

public abstract partial class JournalContract
{
    [Fact]
    public async Task A_conversation_is_found_as_it_was_last_written_by_its_tenant_alone_and_after_a_crash()
    {
        ShardWriter writer = await TakeAsync(2);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(2, 1));
        writer.Part.Conversations.Add(Row(message, facts: Inbound(1)));
        await writer.KeepAsync();
        StoredConversation last = Row(message, facts: Inbound(2).After(ConversationChange.Assign(0xFEDC_BA98_7654_3210, "Zoë"), Some.Id(2, 4).Head, out _)
            .After(ConversationChange.Close, Some.Id(2, 5).Head, out _).After(ConversationChange.Hear(Some.Id(2, 1).Head), 0, out _));
        writer.Part.Conversations.Add(Row(message, facts: Inbound(3)));
        writer.Part.Conversations.Add(last); // of two in one part the later holds
        await writer.KeepAsync();

        for (int round = 0; round < 2; round++)
        {
            IJournal open = await OpenAsync();
            Assert.Equal(last, await open.FindConversationAsync(1, last.Id, Stop));
            StoredConversation none = await open.FindConversationAsync(2, last.Id, Stop);
            Assert.Equal(new StoredConversation { Tenant = 2, Id = last.Id }, none);
            Assert.Empty((await open.ListConversationsAsync(new ConversationQuery { Tenant = 2 }, Stop)).Items);
            await ReopenJournalAsync();
        }
    }

    [Fact]
    public async Task Conversations_are_read_with_contacts_in_the_order_asked()
    {
        ShardWriter writer = await TakeAsync(2);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(2, 1));
        StoredConversation row = Row(message, facts: Inbound(1));
        writer.Part.Conversations.Add(row);
        await writer.KeepAsync();
        for (int round = 0; round < 2; round++)
        {
            var read = new ContactRead(client);
            read.Contacts.Add().Contact = message.Contact;
            read.Conversations.Add(new StoredConversation { Tenant = 1, Id = row.Id with { Sender = 99 } });
            read.Conversations.Add(new StoredConversation { Tenant = 1, Id = row.Id });
            await client.ReadContactsAsync(await OpenAsync(), read);

            Assert.Equal(message.Id.Head, read.Contacts[0].LastHead);
            Assert.Equal(new StoredConversation { Tenant = 1, Id = row.Id with { Sender = 99 } }, read.Conversations[0]);
            Assert.Equal(row, read.Conversations[1]);
            await ReopenJournalAsync();
        }
    }

    [Fact]
    public async Task A_page_of_conversations_shows_the_newest_activity_first_by_state_and_agent()
    {
        ShardWriter[] writers = await TakeAllAsync(2, 3);
        var all = new List<StoredConversation>();
        foreach (ShardWriter writer in writers)
        {
            for (int i = 0; i < 30; i++)
            {
                AcceptedMessage message = await writer.AcceptAsync(Some.Contact(writer.Shard, i), tenant: i == 7 ? 2 : 1);
                ConversationFacts facts = Inbound(100 - i, writer.Shard);
                ulong head = facts.ActiveHead;
                facts = i % 3 == 0 ? facts.After(ConversationChange.Close, head, out _) : facts;
                facts = i % 4 == 0 ? facts.After(ConversationChange.Assign(7, "ada"), head, out _) : facts;
                StoredConversation row = Row(message, tenant: message.Tenant, facts: facts);
                writer.Part.Conversations.Add(row);
                all.Add(row);
            }

            await writer.KeepAsync();
        }

        for (int round = 0; round < 2; round++)
        {
            foreach (ConversationState state in Enum.GetValues<ConversationState>())
            {
                foreach (ulong agent in new ulong[] { 0, 7, 8 })
                {
                    StoredConversation[] expected = [.. all
                        .Where(c => c.Tenant == 1 && (state == ConversationState.None || c.Facts.State == state) && (agent == 0 || c.Facts.Agent == agent))
                        .OrderByDescending(static c => c.Facts.ActiveHead)];
                    Assert.Equal(expected, await PagesAsync(new ConversationQuery { Tenant = 1, State = state, Agent = agent, Limit = 7 }));
                }
            }

            await ReopenJournalAsync();
        }
    }

    [Fact]
    public async Task What_was_not_heard_of_is_found_by_shard_the_oldest_first()
    {
        ShardWriter[] writers = await TakeAllAsync(2, 3);
        foreach (ShardWriter writer in writers)
        {
            for (int i = 0; i < 5; i++)
            {
                AcceptedMessage message = await writer.AcceptAsync(Some.Contact(writer.Shard, i));
                ConversationFacts facts = Inbound(50 - i, writer.Shard);
                writer.Part.Conversations.Add(Row(message, facts: i == 2 ? facts.After(ConversationChange.Hear(facts.InboundHead), 0, out _) : facts));
            }

            await writer.KeepAsync();
        }

        for (int round = 0; round < 2; round++)
        {
            IJournal open = await OpenAsync();
            Assert.Equal(new[] { 4, 3, 1, 0 }.Select(static i => Some.Contact(2, i)), (await open.FindUnheardAsync(2, 10, Stop)).Select(static c => c.Id.Contact));
            Assert.Equal(new[] { 4, 3 }.Select(static i => Some.Contact(3, i)), (await open.FindUnheardAsync(3, 2, Stop)).Select(static c => c.Id.Contact));
            Assert.Empty(await open.FindUnheardAsync(4, 10, Stop));
            await ReopenJournalAsync();
        }
    }

    [Fact]
    public async Task A_part_of_an_older_epoch_writes_no_conversation()
    {
        ShardWriter older = await TakeAsync(2);
        AcceptedMessage message = await older.AcceptAsync(Some.Contact(2, 1));
        await older.KeepAsync();
        await TakeAsync(2);
        older.Part.Conversations.Add(Row(message, facts: Inbound(1)));

        Assert.Equal(PartOutcome.Fenced, (await older.CommitAsync()).Outcome);

        Assert.False((await (await OpenAsync()).FindConversationAsync(1, new ConversationId(message.Contact, message.Sender), Stop)).Found);
    }

    [Fact]
    public async Task What_follows_from_a_repeat_is_neither_written_nor_told()
    {
        ShardWriter writer = await TakeAsync(2);
        await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m.WithKey(1));
        await writer.KeepAsync();
        for (ulong key = 1; key <= 2; key++)
        {
            AcceptedMessage message = await writer.AcceptAsync(Some.Contact(2, 1), with: m => m.WithKey(key));
            writer.Part.Conversations.Add(Row(message, facts: Inbound((int)key)) with { FollowsFrom = 1 });
            writer.Add(Some.Conversation(new ConversationId(message.Contact, message.Sender), ConversationEvent.Reopened) with { FollowsFrom = 1 });
            JournalPart kept = await writer.KeepAsync();

            bool isNew = kept.Accepted[0].Kept == KeptAs.New;
            Assert.Equal(key == 2, isNew);
            Assert.Equal(isNew, (await (await OpenAsync()).FindConversationAsync(1, new ConversationId(message.Contact, message.Sender), Stop)).Found);
            Assert.Equal(isNew ? 1 : 0, (await ReadEventsAsync()).Count(static e => e.Entry.Kind == EntryKind.Conversation));
        }
    }

    [Fact]
    public async Task What_is_told_of_a_conversation_is_an_event()
    {
        ShardWriter writer = await TakeAsync(2);
        JournalEntry told = Some.Conversation(new ConversationId(Some.Contact(2, 1), 7), ConversationEvent.Reopened, tenant: 3);
        writer.Add(told);
        await writer.KeepAsync();

        for (int round = 0; round < 2; round++)
        {
            LogEvent one = Assert.Single(await ReadEventsAsync());
            Assert.Equal(told, one.Entry);
            await ReopenJournalAsync();
        }
    }

    private static StoredConversation Row(AcceptedMessage message, ConversationFacts facts, int tenant = 1) => new()
    {
        Id = new ConversationId(message.Contact, message.Sender), Tenant = tenant, Found = true, KeySlot = message.KeySlot, Facts = facts,
    };

    private static ConversationFacts Inbound(int number, int shard = 2) => default(ConversationFacts).AfterInbound(Some.Id(shard, number).Head, out _);

    private async Task<List<StoredConversation>> PagesAsync(ConversationQuery query)
    {
        IJournal open = await OpenAsync();
        var found = new List<StoredConversation>();
        ConversationPage page;
        do
        {
            page = await open.ListConversationsAsync(query, Stop);
            Assert.True(page.Items.Count <= query.Limit && (page.NextBeforeHead == 0 || page.Items.Count > 0));
            found.AddRange(page.Items);
            query = query with { BeforeHead = page.NextBeforeHead };
        }
        while (page.NextBeforeHead != 0);
        return found;
    }
}
