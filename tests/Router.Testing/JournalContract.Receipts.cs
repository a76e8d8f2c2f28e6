using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Testing;

public abstract partial class JournalContract
{
    [Fact]
    public async Task A_receipt_finds_the_message_that_was_sent()
    {
        ShardWriter writer = await TakeAsync(9);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(9, 1), tenant: 4, with: static m => m with { HasReference = true });
        await writer.KeepAsync();
        writer.Add(Some.Status(message, MessageStatus.Sent, provider: 6, receiptKey: 1234));
        await writer.KeepAsync();
        var expected = new AwaitedReceipt
        {
            ReceiptKey = 1234, Message = message.Id, Contact = message.Contact, Sender = message.Sender, Tenant = 4, Provider = 6, Segment = 0, Segments = 1,
            HasReference = true, Status = MessageStatus.Sent, ValidUntilMs = message.ValidUntilMs,
        };

        for (int round = 0; round < 2; round++)
        {
            Assert.Equal(expected, await (await OpenAsync()).FindAwaitedReceiptAsync(1234, Stop));
            Assert.Null(await (await OpenAsync()).FindAwaitedReceiptAsync(1235, Stop));
            Assert.Equal([expected], (await TakeAsync(9)).Taken.Awaited);
            await ReopenJournalAsync();
        }
    }

    [Theory]
    [InlineData(ReceiptScope.NotSaid)]
    [InlineData(ReceiptScope.Segment)]
    [InlineData(ReceiptScope.Message)]
    public async Task What_a_receipt_will_tell_of_is_kept(ReceiptScope scope)
    {
        ShardWriter writer = await TakeAsync(9);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(9, 1), with: static m => m with { Segments = 2 });
        writer.Add(Some.SegmentSent(message, 0, receiptKey: 50) with { Channel = Channel.Sms, ReceiptScope = scope });
        writer.Add(Some.Status(message, MessageStatus.Sent, provider: 2, receiptKey: 51) with { Channel = Channel.Line, ReceiptScope = scope });
        await writer.KeepAsync();
        for (int round = 0; round < 2; round++)
        {
            Assert.Equal((scope, scope), ((await FindAwaitedAsync(50)).Scope, (await FindAwaitedAsync(51)).Scope));
            Assert.All((await TakeAsync(9)).Taken.Awaited, a => Assert.Equal(scope, a.Scope));
            await ReopenJournalAsync();
        }
    }

    [Fact]
    public async Task Nobody_awaits_the_receipt_of_a_message_sent_without_a_key()
    {
        ShardWriter writer = await TakeAsync(9);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(9, 1));
        writer.Add(Some.Status(message, MessageStatus.Sent, provider: 6));
        await writer.KeepAsync();

        Assert.Empty((await ReopenAndTakeAsync(9)).Taken.Awaited);
        Assert.Null(await (await OpenAsync()).FindAwaitedReceiptAsync(0, Stop));
    }

    [Fact]
    public async Task Each_segment_awaits_its_receipt_and_knows_which_were_delivered()
    {
        ShardWriter writer = await TakeAsync(9);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(9, 1), with: static m => m with { Segments = 10 });
        await writer.KeepAsync();
        for (byte segment = 0; segment < 9; segment++)
        {
            writer.Add(Some.SegmentSent(message, segment, provider: 2, receiptKey: 100u + segment));
        }

        await writer.KeepAsync();
        AwaitedReceipt early = await FindAwaitedAsync(103);
        Assert.Equal((message.Id, 3, 10, 2), (early.Message, early.Segment, early.Segments, early.Provider));
        Assert.Equal(MessageStatus.Accepted, early.Status);
        Assert.Null(early.SegmentsDelivered);

        writer.Add(Some.SegmentSent(message, 9, provider: 2, receiptKey: 109));
        writer.Add(Some.Status(message, MessageStatus.Sent, provider: 2));
        writer.Add(Some.SegmentReceipt(message, 0));
        writer.Add(Some.SegmentReceipt(message, 8));
        await writer.KeepAsync();

        for (int round = 0; round < 2; round++)
        {
            foreach (byte segment in new byte[] { 1, 7, 9 })
            {
                AwaitedReceipt found = await FindAwaitedAsync(100u + segment);
                Assert.Equal((message.Id, segment, MessageStatus.Sent), (found.Message, found.Segment, found.Status));
                Assert.Equal([1, 1], found.SegmentsDelivered);
            }

            IReadOnlyList<AwaitedReceipt> awaited = (await TakeAsync(9)).Taken.Awaited;
            Assert.Superset(new HashSet<ulong> { 101, 102, 103, 104, 105, 106, 107, 109 }, awaited.Select(static a => a.ReceiptKey).ToHashSet());
            Assert.All(awaited, static a => Assert.Equal([1, 1], a.SegmentsDelivered));
            await ReopenJournalAsync();
        }
    }

    [Fact]
    public async Task A_message_tried_twice_is_found_under_both_keys()
    {
        ShardWriter writer = await TakeAsync(9);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(9, 1), with: static m => m with { Segments = 2 });
        writer.Add(Some.SegmentSent(message, 0, provider: 1, receiptKey: 50));
        writer.Add(Some.Status(message, MessageStatus.Queued, Reason.Retry, provider: 1, attempts: 1));
        await writer.KeepAsync();
        writer.Add(Some.SegmentSent(message, 0, provider: 2, receiptKey: 51));
        writer.Add(Some.SegmentSent(message, 1, provider: 2, receiptKey: 52));
        writer.Add(Some.Status(message, MessageStatus.Sent, provider: 2));
        await writer.KeepAsync();

        for (int round = 0; round < 2; round++)
        {
            Assert.Equal((message.Id, 1), ((await FindAwaitedAsync(50)).Message, (await FindAwaitedAsync(50)).Provider));
            Assert.Equal((message.Id, 2), ((await FindAwaitedAsync(51)).Message, (await FindAwaitedAsync(51)).Provider));
            await ReopenJournalAsync();
        }
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(8, false)]
    [InlineData(9, true)]
    [InlineData(8, true)]
    public async Task An_id_that_its_carrier_gives_again_is_the_younger_messages(int shard, bool isAskedBetween)
    {
        ShardWriter[] writers = shard == 9 ? await TakeAllAsync(9) : await TakeAllAsync(9, shard);
        AcceptedMessage first = await writers[0].AcceptAsync(Some.Contact(9, 1));
        writers[0].Add(Some.Status(first, MessageStatus.Sent, provider: 1, receiptKey: 70));
        await writers[0].KeepAsync();
        if (isAskedBetween)
        {
            Assert.Equal(first.Id, (await FindAwaitedAsync(70)).Message); // where what is asked for is swept before, the two lie in different files
        }

        AcceptedMessage second = await writers[^1].AcceptAsync(Some.Contact(shard, 2));
        writers[^1].Add(Some.Status(second, MessageStatus.Sent, provider: 1, receiptKey: 70));
        await writers[^1].KeepAsync();

        for (int round = 0; round < 2; round++)
        {
            Assert.Equal(second.Id, (await FindAwaitedAsync(70)).Message);
            ShardWriter[] taken = await TakeAllAsync(8, 9);
            Assert.Equal(second.Id, Assert.Single(taken.SelectMany(static t => t.Taken.Awaited)).Message);
            await ReopenJournalAsync();
        }
    }

    [Theory]
    [InlineData(MessageStatus.Undelivered)]
    [InlineData(MessageStatus.Expired)]
    public async Task A_message_that_ended_awaits_nothing_when_its_shard_is_taken(MessageStatus status)
    {
        ShardWriter writer = await TakeAsync(9);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(9, 1));
        writer.Add(Some.Status(message, MessageStatus.Sent, provider: 6, receiptKey: 77));
        await writer.KeepAsync();
        writer.Add(Some.Status(message, status, provider: 6));
        await writer.KeepAsync();

        Assert.Empty((await TakeAsync(9)).Taken.Awaited);
        Assert.Empty((await ReopenAndTakeAsync(9)).Taken.Awaited);
    }

    [Fact]
    public async Task An_unmatched_receipt_is_kept_until_it_is_done()
    {
        ShardWriter writer = await TakeAsync(9);
        writer.Add(Some.Unmatched(1, MessageStatus.Undelivered, Reason.Undeliverable, provider: 5, atMs: Some.NowMs + 9));
        writer.Add(Some.Unmatched(2));
        await writer.KeepAsync();
        writer.Add(Some.Unmatched(3));
        writer.Add(Some.ReceiptDone(2));
        await writer.KeepAsync();
        var first = new UnmatchedReceipt { ReceiptKey = 1, Status = MessageStatus.Undelivered, Reason = Reason.Undeliverable, Provider = 5, AtMs = Some.NowMs + 9 };

        foreach (ShardWriter taken in new[] { await TakeAsync(9), await ReopenAndTakeAsync(9) })
        {
            Assert.Equal([1ul, 3ul], taken.Taken.Unmatched.Select(static u => u.ReceiptKey).Order());
            Assert.Equal(first, taken.Taken.Unmatched.Single(static u => u.ReceiptKey == 1));
        }

        Assert.Empty((await TakeAsync(8)).Taken.Unmatched);
        writer = await TakeAsync(9);
        writer.Add(Some.ReceiptDone(1));
        writer.Add(Some.ReceiptDone(3));
        await writer.KeepAsync();
        Assert.Empty((await TakeAsync(9)).Taken.Unmatched);
        Assert.Empty((await ReopenAndTakeAsync(9)).Taken.Unmatched);
    }

    [Fact]
    public async Task Of_the_receipts_of_a_key_only_the_one_that_is_done_is_forgotten()
    {
        ShardWriter writer = await TakeAsync(9);
        writer.Add(Some.Unmatched(1, MessageStatus.Delivered));
        writer.Add(Some.Unmatched(1, MessageStatus.Read));
        await writer.KeepAsync();
        writer.Add(Some.ReceiptDone(1) with { Status = MessageStatus.Delivered });
        await writer.KeepAsync();

        foreach (ShardWriter taken in new[] { await TakeAsync(9), await ReopenAndTakeAsync(9) })
        {
            Assert.Equal(MessageStatus.Read, Assert.Single(taken.Taken.Unmatched).Status);
        }
    }

    [Fact]
    public async Task A_receipt_that_comes_unmatched_again_after_it_was_done_is_kept()
    {
        ShardWriter writer = await TakeAsync(9);
        writer.Add(Some.Unmatched(1));
        writer.Add(Some.ReceiptDone(1));
        await writer.KeepAsync();
        writer.Add(Some.Unmatched(1));
        await writer.KeepAsync();

        Assert.Single((await TakeAsync(9)).Taken.Unmatched);
        Assert.Single((await ReopenAndTakeAsync(9)).Taken.Unmatched);
    }

    private async Task<AwaitedReceipt> FindAwaitedAsync(ulong receiptKey)
    {
        AwaitedReceipt? found = await (await OpenAsync()).FindAwaitedReceiptAsync(receiptKey, Stop);
        Assert.NotNull(found);
        return found.Value;
    }
}
