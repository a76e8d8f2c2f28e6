using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Testing;

public abstract partial class JournalContract
{
    [Fact]
    public async Task A_kept_message_can_be_read_after_a_crash()
    {
        ShardWriter writer = await TakeAsync(5);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(5, 1), "ciao", with: static m => m with
        {
            NotBeforeMs = Some.NowMs + 77_000, Channel = Channel.WhatsApp, Purpose = Purpose.Marketing, Priority = Priority.Low, Segments = 3, HasReference = true, IsMedia = true, Sender = 9,
        });
        await writer.KeepAsync();

        await ReopenJournalAsync();

        StoredMessage found = await FindAsync(message);
        Assert.Equal(MessageFacts.Of(message), MessageFacts.Of(found.Accepted));
        Assert.Equal(Some.Record("ciao"), found.Record);
        Assert.Equal([new StoredEvent(message.AcceptedAtMs, MessageStatus.Accepted, 0, Reason.None)], found.Events);
    }

    [Fact]
    public async Task A_new_message_is_answered_as_new()
    {
        ShardWriter writer = await TakeAsync(5);
        await writer.AcceptAsync(Some.Contact(5, 1));
        await writer.AcceptAsync(Some.Contact(5, 2), with: static m => m.WithKey(4));

        JournalPart part = await writer.KeepAsync();

        Assert.Equal([KeptAs.New, KeptAs.New], part.Accepted.Span.ToArray().Select(static m => m.Kept));
    }

    [Fact]
    public async Task A_message_shows_its_events_in_order_and_after_a_crash()
    {
        ShardWriter writer = await TakeAsync(5);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(5, 1));
        await writer.KeepAsync();
        writer.Add(Some.Status(message, MessageStatus.Queued, Reason.Retry, provider: 3, attempts: 1, atMs: Some.NowMs + 20));
        await writer.KeepAsync();
        writer.Add(Some.Status(message, MessageStatus.Sent, provider: 4, receiptKey: 11, atMs: Some.NowMs + 30));
        writer.Add(Some.Status(message, MessageStatus.Undelivered, Reason.Undeliverable, provider: 4, atMs: Some.NowMs + 30));
        await writer.KeepAsync();
        StoredEvent[] expected =
        [
            new(message.AcceptedAtMs, MessageStatus.Accepted, 0, Reason.None),
            new(Some.NowMs + 20, MessageStatus.Queued, 3, Reason.Retry),
            new(Some.NowMs + 30, MessageStatus.Sent, 4, Reason.None),
            new(Some.NowMs + 30, MessageStatus.Undelivered, 4, Reason.Undeliverable),
        ];

        Assert.Equal(expected, (await FindAsync(message)).Events);
        await ReopenJournalAsync();
        Assert.Equal(expected, (await FindAsync(message)).Events);
    }

    [Fact]
    public async Task Steps_about_one_segment_are_no_events_of_the_message()
    {
        ShardWriter writer = await TakeAsync(5);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(5, 1), with: static m => m with { Segments = 2 });
        writer.Add(Some.SegmentSent(message, 0, receiptKey: 1));
        writer.Add(Some.SegmentReceipt(message, 0));
        await writer.KeepAsync();

        Assert.Single((await FindAsync(message)).Events);
    }

    [Fact]
    public async Task Another_tenant_finds_nothing()
    {
        ShardWriter writer = await TakeAsync(5);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(5, 1), tenant: 1);
        await writer.KeepAsync();

        Assert.Null(await (await OpenAsync()).FindMessageAsync(2, message.Id, Stop));
        await ReopenJournalAsync();
        Assert.Null(await (await OpenAsync()).FindMessageAsync(2, message.Id, Stop));
    }

    [Fact]
    public async Task An_id_that_differs_in_its_random_bits_alone_finds_nothing()
    {
        ShardWriter writer = await TakeAsync(5);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(5, 1));
        await writer.KeepAsync();

        Assert.Null(await (await OpenAsync()).FindMessageAsync(1, message.Id with { Tail = message.Id.Tail ^ 1 }, Stop));
    }

    [Fact]
    public async Task Records_are_read_in_one_batch_and_a_missing_one_is_empty()
    {
        ShardWriter writer = await TakeAsync(7);
        AcceptedMessage first = await writer.AcceptAsync(Some.Contact(7, 1), "first");
        AcceptedMessage second = await writer.AcceptAsync(Some.Contact(7, 2), new string('x', 60_000), tenant: 2);
        await writer.KeepAsync();
        AcceptedMessage third = await writer.AcceptAsync(Some.Contact(7, 1), "third");
        await writer.KeepAsync();
        StoredRecord[] wanted = [Wanted(third), Wanted(Some.Accepted(Some.Id(7, 9_000))), Wanted(first), Wanted(second)];

        for (int round = 0; round < 2; round++)
        {
            byte[]?[] records = await client.ReadRecordsAsync(await OpenAsync(), wanted);
            Assert.Equal(Some.Record("third"), records[0]);
            Assert.Null(records[1]);
            Assert.Equal(Some.Record("first"), records[2]);
            Assert.Equal(Some.Record(new string('x', 60_000)), records[3]);
            await ReopenJournalAsync();
        }
    }

    [Fact]
    public async Task Records_of_one_tenant_are_opened_by_what_their_rows_say()
    {
        ShardWriter writer = await TakeAsync(7);
        AcceptedMessage first = await writer.AcceptAsync(Some.Contact(7, 1), "first");
        AcceptedMessage others = await writer.AcceptAsync(Some.Contact(7, 2), "another tenant's", tenant: 2);
        AcceptedMessage second = await writer.AcceptAsync(Some.Contact(7, 3), "second");
        await writer.KeepAsync();
        StructList<StoredRecord> items = new(1);
        ByteList records = new(0);
        for (int round = 0; round < 2; round++)
        {
            items.Clear();
            records.Clear();
            foreach (MessageId id in (MessageId[])[second.Id, others.Id, first.Id with { Tail = first.Id.Tail ^ 1 }, Some.Id(7, 9_000), first.Id])
            {
                items.Add(new StoredRecord { Id = id, Tenant = 1 });
            }

            await (await OpenAsync()).OpenRecordsAsync(items, records, Stop);
            Assert.Equal([Some.Record("second"), [], [], [], Some.Record("first")], items.Span.ToArray().Select(i => records.Span.Slice(i.Offset, i.Length).ToArray()));
            await ReopenJournalAsync();
        }
    }

    [Fact]
    public async Task The_time_of_the_last_id_is_known_after_a_crash()
    {
        ShardWriter writer = await TakeAsync(3);
        writer.MoveTo(Some.NowMs + 500_000);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(3, 1));
        writer.Add(Some.Status(message, MessageStatus.Cancelled));
        await writer.KeepAsync();

        Assert.True((await TakeAsync(3)).Taken.LastIdMs >= message.Id.UnixMs);
        Assert.True((await ReopenAndTakeAsync(3)).Taken.LastIdMs >= message.Id.UnixMs);
    }

    [Fact]
    public async Task An_empty_part_is_kept()
    {
        ShardWriter writer = await TakeAsync(3);
        await writer.KeepAsync();
    }

    [Fact]
    public async Task A_part_is_free_for_its_next_use_once_told()
    {
        IJournal open = await OpenAsync();
        TakenShard taken = (await open.TakeAsync([3], Stop))[0];
        var part = new JournalPart(3, client) { Epoch = taken.Epoch };
        uint slot = Sealer.NewKeySlot();
        for (int i = 0; i < 20; i++)
        {
            part.Clear();
            part.Add(Some.Accepted(Some.Id(3, i), keySlot: slot, previousHead: i == 0 ? 0 : Some.Id(3, i - 1).Head), Some.Record($"text {i}"), Sealer);
            Assert.Equal(PartOutcome.Kept, await client.AppendAsync(open, part));
        }

        part.Clear();
        part.Sealed.Add(10_000).Fill(0xFF);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(Some.Record($"text {i}"), (await FindAsync(1, Some.Id(3, i))).Record);
        }
    }

    private static StoredRecord Wanted(in AcceptedMessage message) => new() { Id = message.Id, Tenant = message.Tenant, KeySlot = message.KeySlot };
}
