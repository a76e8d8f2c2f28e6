using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Testing;

public abstract partial class JournalContract
{
    [Fact]
    public async Task Each_taking_has_a_higher_epoch_also_after_a_crash()
    {
        long first = (await TakeAsync(1)).Taken.Epoch;
        long second = (await TakeAsync(1)).Taken.Epoch;
        long third = (await ReopenAndTakeAsync(1)).Taken.Epoch;

        Assert.True(0 < first && first < second && second < third, $"{first}, {second}, {third}");
    }

    [Fact]
    public async Task A_part_of_an_older_epoch_is_fenced_and_nothing_of_it_is_stored()
    {
        ShardWriter old = await TakeAsync(1);
        ShardWriter young = await TakeAsync(1);
        AcceptedMessage message = await old.AcceptAsync(Some.Contact(1, 1), with: static m => m.WithKey(1));
        old.Add(Some.Unmatched(5));
        LogPosition end = (await OpenAsync()).Events.End;

        JournalPart part = await old.CommitAsync();

        Assert.Equal(PartOutcome.Fenced, part.Outcome);
        Assert.Null(await (await OpenAsync()).FindMessageAsync(1, message.Id, Stop));
        Assert.False((await ReadContactAsync(message.Contact)).Found);
        Assert.Equal(end, (await OpenAsync()).Events.End);
        await young.AcceptAsync(Some.Contact(1, 1), with: static m => m.WithKey(1));
        Assert.Equal(KeptAs.New, (await young.KeepAsync()).Accepted[0].Kept);
        Assert.Empty((await ReopenAndTakeAsync(1)).Taken.Unmatched);
    }

    [Fact]
    public async Task Parts_are_fenced_one_by_one()
    {
        ShardWriter[] old = await TakeAllAsync(1, 2, 3);
        await TakeAsync(2);
        foreach (ShardWriter writer in old)
        {
            await writer.AcceptAsync(Some.Contact(writer.Shard, 1));
        }

        JournalPart[] parts = await Task.WhenAll(old.Select(static w => w.CommitAsync()));

        Assert.Equal([PartOutcome.Kept, PartOutcome.Fenced, PartOutcome.Kept], parts.Select(static p => p.Outcome));
    }

    [Fact]
    public async Task Renewing_tells_which_epochs_still_hold()
    {
        ShardWriter[] old = await TakeAllAsync(1, 2, 3);
        ShardWriter young = await TakeAsync(2);
        ShardEpoch[] owned = [.. old.Append(young).Select(static w => new ShardEpoch(w.Shard, w.Taken.Epoch))];

        bool[] holds = await (await OpenAsync()).RenewAsync(owned, Stop);

        Assert.Equal([true, false, true, true], holds);
    }

    [Fact]
    public async Task Taking_waits_for_writes_under_way()
    {
        ShardWriter writer = await TakeAsync(4);
        for (int i = 0; i < 40; i++)
        {
            AcceptedMessage message = await writer.AcceptAsync(Some.Contact(4, i));
            Task<JournalPart> commit = writer.CommitAsync();
            ShardWriter next = await TakeAsync(4);
            bool taken = next.Taken.Unfinished.Any(u => u.Accepted.Id == message.Id);
            bool kept = (await commit).Outcome == PartOutcome.Kept;

            Assert.Equal(kept, taken);
            Assert.True(kept || commit.Result.Outcome == PartOutcome.Fenced);
            writer = next;
        }
    }

    [Fact]
    public async Task Taking_reads_what_is_unfinished_in_the_order_of_ids()
    {
        ShardWriter writer = await TakeAsync(6);
        var messages = new List<AcceptedMessage>();
        for (int i = 0; i < 300; i++)
        {
            messages.Add(await writer.AcceptAsync(Some.Contact(6, i % 7), with: m => m with { Purpose = (Purpose)(i % 4), NotBeforeMs = i % 3 == 0 ? Some.NowMs + i : 0 }));
            if (i % 50 == 49)
            {
                await writer.KeepAsync();
            }
        }

        MessageFacts[] expected = [.. messages.Select(static m => MessageFacts.Of(m))];
        Assert.Equal(expected, Facts((await TakeAsync(6)).Taken));
        Assert.Equal(expected, Facts((await ReopenAndTakeAsync(6)).Taken));
    }

    [Fact]
    public async Task Unfinished_messages_come_with_status_attempts_and_segments_sent()
    {
        ShardWriter writer = await TakeAsync(6);
        AcceptedMessage fresh = await writer.AcceptAsync(Some.Contact(6, 1));
        AcceptedMessage retried = await writer.AcceptAsync(Some.Contact(6, 2));
        AcceptedMessage partly = await writer.AcceptAsync(Some.Contact(6, 3), with: static m => m with { Segments = 11 });
        await writer.KeepAsync();
        writer.Add(Some.Status(retried, MessageStatus.Queued, Reason.Retry, provider: 1, attempts: 1));
        writer.Add(Some.SegmentSent(partly, 0));
        await writer.KeepAsync();
        writer.Add(Some.Status(retried, MessageStatus.Queued, Reason.Retry, provider: 1, attempts: 2));
        writer.Add(Some.SegmentSent(partly, 9));
        await writer.KeepAsync();

        foreach (ShardWriter taken in new[] { await TakeAsync(6), await ReopenAndTakeAsync(6) })
        {
            UnfinishedMessage[] unfinished = [.. taken.Taken.Unfinished];
            Assert.Equal([fresh.Id, retried.Id, partly.Id], unfinished.Select(static u => u.Accepted.Id));
            Assert.Equal([MessageStatus.Accepted, MessageStatus.Queued, MessageStatus.Accepted], unfinished.Select(static u => u.Status));
            Assert.Equal([0, 2, 0], unfinished.Select(static u => (int)u.Attempts));
            Assert.Equal([null, null, [1, 2]], unfinished.Select(static u => u.SegmentsSent));
        }
    }

    [Theory]
    [InlineData(MessageStatus.Sent)]
    [InlineData(MessageStatus.Delivered)]
    [InlineData(MessageStatus.Read)]
    [InlineData(MessageStatus.Undelivered)]
    [InlineData(MessageStatus.Expired)]
    [InlineData(MessageStatus.Rejected)]
    [InlineData(MessageStatus.Cancelled)]
    public async Task A_message_that_was_sent_or_ended_is_not_unfinished(MessageStatus status)
    {
        ShardWriter writer = await TakeAsync(6);
        AcceptedMessage before = await writer.AcceptAsync(Some.Contact(6, 1));
        AcceptedMessage ended = await writer.AcceptAsync(Some.Contact(6, 1));
        AcceptedMessage after = await writer.AcceptAsync(Some.Contact(6, 1));
        await writer.KeepAsync();
        writer.Add(Some.Status(ended, status, provider: 1, receiptKey: status == MessageStatus.Sent ? 8u : 0));
        await writer.KeepAsync();

        Assert.Equal([before.Id, after.Id], Ids((await TakeAsync(6)).Taken));
        Assert.Equal([before.Id, after.Id], Ids((await ReopenAndTakeAsync(6)).Taken));
    }

    [Fact]
    public async Task A_message_accepted_and_ended_in_one_part_is_not_unfinished()
    {
        ShardWriter writer = await TakeAsync(6);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(6, 1));
        writer.Add(Some.Status(message, MessageStatus.Rejected, Reason.OptedOut));
        await writer.KeepAsync();

        Assert.Empty((await TakeAsync(6)).Taken.Unfinished);
        Assert.Empty((await ReopenAndTakeAsync(6)).Taken.Unfinished);
        Assert.Equal(MessageStatus.Rejected, (await FindAsync(message)).Events[^1].Status);
    }

    [Fact]
    public async Task Many_shards_are_taken_in_one_pass_and_each_gets_its_own()
    {
        ShardWriter[] writers = await TakeAllAsync([.. Enumerable.Range(0, MessageId.ShardCount)]);
        foreach (ShardWriter writer in writers)
        {
            await writer.AcceptAsync(Some.Contact(writer.Shard, 1));
        }

        await Task.WhenAll(writers.Select(static w => w.KeepAsync()));
        await ReopenJournalAsync();

        writers = await TakeAllAsync([.. Enumerable.Range(0, MessageId.ShardCount).Reverse()]);
        Assert.All(writers, static w => Assert.Equal(w.Shard, Assert.Single(w.Taken.Unfinished).Accepted.Id.Shard));
    }

    private static MessageFacts[] Facts(TakenShard taken) => [.. taken.Unfinished.Select(static u => MessageFacts.Of(u.Accepted))];

    private static MessageId[] Ids(TakenShard taken) => [.. taken.Unfinished.Select(static u => u.Accepted.Id)];
}
