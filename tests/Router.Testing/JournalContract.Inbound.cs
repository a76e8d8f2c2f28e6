using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Testing;

public abstract partial class JournalContract
{
    [Fact]
    public async Task An_inbound_message_is_finished_as_it_is_kept_and_is_an_event()
    {
        ShardWriter writer = await TakeAsync(5);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(5, 1), "ciao", with: static m => Inbound(m));
        AcceptedMessage answer = await writer.AcceptAsync(Some.Contact(5, 1), "bye", with: static m => m with { ConfirmsStop = true, IsReply = true });
        await writer.KeepAsync();

        for (int round = 0; round < 2; round++)
        {
            StoredMessage found = await FindAsync(message);
            Assert.Equal(MessageFacts.Of(message), MessageFacts.Of(found.Accepted));
            Assert.Equal([new StoredEvent(message.AcceptedAtMs, MessageStatus.Delivered, 9, Reason.None)], found.Events);
            Assert.Equal(MessageFacts.Of(answer), MessageFacts.Of((await FindAsync(answer)).Accepted));
            Assert.Equal(
                [(message.Id, MessageDirection.Inbound, MessageStatus.Delivered, 9), (answer.Id, MessageDirection.Outbound, MessageStatus.Accepted, 0)],
                (await ReadEventsAsync()).Select(static e => (e.Entry.Message, e.Entry.Direction, e.Entry.Status, e.Entry.Provider)));
            var listed = await (await OpenAsync()).ListMessagesAsync(new MessageQuery { Tenant = 1, Status = MessageStatus.Delivered }, Stop);
            Assert.Equal([message.Id], listed.Items.Select(static m => m.Accepted.Id));
            TakenShard taken = (await ReopenAndTakeAsync(5)).Taken;
            Assert.Equal([answer.Id], taken.Unfinished.Select(static u => u.Accepted.Id));
            Assert.True(taken.Unfinished[0].Accepted.ConfirmsStop);
        }

        Assert.Equal(answer.Id.Head, (await ReadContactAsync(Some.Contact(5, 1))).LastHead);
    }

    [Fact]
    public async Task A_part_is_unfinished_until_its_end_and_shows_nowhere()
    {
        ShardWriter writer = await TakeAsync(5);
        AcceptedMessage first = await writer.AcceptAsync(Some.Contact(5, 1), "one", with: static m => Inbound(m) with { IsPart = true });
        AcceptedMessage second = await writer.AcceptAsync(Some.Contact(5, 1), "two", with: static m => Inbound(m) with { IsPart = true });
        await writer.KeepAsync();
        await AssertNothingShowsAsync(first, second);

        writer = await ReopenAndTakeAsync(5);
        Assert.Equal([first.Id, second.Id], writer.Taken.Unfinished.Select(static u => u.Accepted.Id));
        Assert.Equal([Some.Record("one"), Some.Record("two")], writer.Taken.Unfinished.Select(static u => u.PartRecord));
        Assert.All(writer.Taken.Unfinished, static u => Assert.True(u.Accepted is { IsPart: true, Direction: MessageDirection.Inbound }));
        await AssertNothingShowsAsync(first, second);

        writer.Add(Some.PartDone(first));
        AcceptedMessage whole = await writer.AcceptAsync(Some.Contact(5, 1), "onetwo", with: static m => Inbound(m) with { Segments = 2 });
        writer.Add(Some.PartDone(second));
        await writer.KeepAsync();
        for (int round = 0; round < 2; round++)
        {
            Assert.Equal([whole.Id], (await ReadEventsAsync()).Select(static e => e.Entry.Message));
            MessageQuery conversation = new() { Tenant = 1, Conversation = new ConversationId(whole.Contact, whole.Sender) };
            Assert.Equal([whole.Id], (await (await OpenAsync()).ListMessagesAsync(conversation, Stop)).Items.Select(static m => m.Accepted.Id));
            Assert.Empty((await ReopenAndTakeAsync(5)).Taken.Unfinished);
        }
    }

    [Fact]
    public async Task What_follows_from_a_repeat_is_not_kept()
    {
        ShardWriter writer = await TakeAsync(5);
        ContactId contact = Some.Contact(5, 1);
        await writer.AcceptAsync(contact, "stop", with: static m => Inbound(m).WithKey(7, 0));
        AcceptedMessage answer = await writer.AcceptAsync(contact, "bye", with: static m => m with { IsReply = true });
        writer.Add(Some.Flags(contact, default(ContactFlags).WithStopped(true), keySlot: answer.KeySlot) with { FollowsFrom = 1 });
        await writer.KeepAsync();
        Assert.True((await ReadContactAsync(contact)).Flags.Stopped);
        writer.Add(Some.Flags(contact, default, keySlot: answer.KeySlot));
        await writer.KeepAsync();
        (LogPosition, MessageId, MessageStatus)[] before = [.. (await ReadEventsAsync()).Select(Tell)];

        await writer.AcceptAsync(contact, "stop", with: static m => Inbound(m).WithKey(7, 0));
        await writer.AcceptAsync(contact, "bye", with: static m => m with { IsReply = true });
        writer.Add(Some.Flags(contact, default(ContactFlags).WithStopped(true), keySlot: answer.KeySlot) with { FollowsFrom = 1 });
        JournalPart part = await writer.KeepAsync();
        Assert.Equal([KeptAs.Repeat, KeptAs.Repeat], part.Accepted.Span.ToArray().Select(static m => m.Kept));
        for (int round = 0; round < 2; round++)
        {
            Assert.Equal(before, (await ReadEventsAsync()).Select(Tell));
            StoredContact row = await ReadContactAsync(contact);
            Assert.Equal((default, answer.Id.Head), (row.Flags, row.LastHead));
            await ReopenJournalAsync();
        }
    }

    [Fact]
    public async Task What_is_nobodys_is_listed_for_nobody_but_the_operator_until_it_is_done()
    {
        ShardWriter writer = await TakeAsync(5);
        AcceptedMessage letter = await writer.AcceptAsync(Some.Contact(5, 1), "hello?", tenant: 0, with: static m => Inbound(m));
        await writer.KeepAsync();
        for (int round = 0; round < 2; round++)
        {
            Assert.Empty(await ReadEventsAsync());
            Assert.Equal([letter.Id], (await ListLettersAsync(MessageStatus.Undelivered)).Select(static m => m.Accepted.Id));
            Assert.Equal(Some.Record("hello?"), (await FindAsync(letter)).Record);
            writer = await ReopenAndTakeAsync(5);
            Assert.Empty(writer.Taken.Unfinished);
        }

        writer.Add(Some.Status(letter, MessageStatus.Delivered));
        await writer.KeepAsync();
        await ReopenJournalAsync();
        Assert.Empty(await ReadEventsAsync());
        Assert.Empty(await ListLettersAsync(MessageStatus.Undelivered));
        Assert.Single(await ListLettersAsync(MessageStatus.Delivered));
    }

    private static AcceptedMessage Inbound(AcceptedMessage message) => message with { Direction = MessageDirection.Inbound, Provider = 9, Purpose = Purpose.Service };

    private async Task<IReadOnlyList<StoredMessage>> ListLettersAsync(MessageStatus status) =>
        (await (await OpenAsync()).ListMessagesAsync(new MessageQuery { Tenant = 0, Status = status }, Stop)).Items;

    private async Task AssertNothingShowsAsync(params AcceptedMessage[] parts)
    {
        IJournal open = await OpenAsync();
        Assert.Empty(await ReadEventsAsync());
        foreach (AcceptedMessage part in parts)
        {
            Assert.Null(await open.FindMessageAsync(part.Tenant, part.Id, Stop));
            StructList<StoredRecord> items = new(1);
            items.Add(new StoredRecord { Id = part.Id, Tenant = part.Tenant });
            await open.OpenRecordsAsync(items, new ByteList(0), Stop);
            Assert.Equal(0, items[0].Length);
            Assert.Empty((await open.ListMessagesAsync(new MessageQuery { Tenant = part.Tenant }, Stop)).Items);
            Assert.Empty((await open.ListMessagesAsync(new MessageQuery { Tenant = part.Tenant, Conversation = new ConversationId(part.Contact, part.Sender) }, Stop)).Items);
        }
    }
}
