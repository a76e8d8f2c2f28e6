using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Testing;

public abstract partial class JournalContract
{
    [Theory]
    [InlineData(MessageStatus.Sent, Reason.None)]
    [InlineData(MessageStatus.Delivered, Reason.None)]
    [InlineData(MessageStatus.Undelivered, Reason.Undeliverable)]
    [InlineData(MessageStatus.Rejected, Reason.OptedOut)]
    [InlineData(MessageStatus.Expired, Reason.Expired)]
    [InlineData(MessageStatus.Cancelled, Reason.None)]
    public async Task A_message_with_a_fallback_is_unfinished_until_that_is_done_with(MessageStatus end, Reason reason)
    {
        ShardWriter writer = await TakeAsync(2);
        MessageId fallback = Some.Id(9, 77);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(2, 1), with: m => m with { Fallback = fallback, FallbackAfterSeconds = 30, Region = 5, HasReference = true });
        AcceptedMessage without = await writer.AcceptAsync(Some.Contact(2, 2));
        await writer.KeepAsync();
        writer.Add(Some.Leaving(message));
        if (end is MessageStatus.Delivered or MessageStatus.Undelivered)
        {
            writer.Add(Some.Status(message, MessageStatus.Sent, provider: 1, receiptKey: 7) with { HasLeft = true });
        }

        await writer.KeepAsync();
        writer.Add(Some.Status(message, end, reason, provider: 1));
        writer.Add(Some.Status(without, end, reason, provider: 1));
        await writer.KeepAsync();

        for (int round = 0; round < 3; round++)
        {
            writer = await ReopenAndTakeAsync(2);
            UnfinishedMessage unfinished = Assert.Single(writer.Taken.Unfinished);
            Assert.Equal(MessageFacts.Of(message), MessageFacts.Of(unfinished.Accepted));
            Assert.Equal((fallback, 30, end, reason), (unfinished.Accepted.Fallback, unfinished.Accepted.FallbackAfterSeconds, unfinished.Status, unfinished.Reason));
            Assert.Equal((true, false, false), (unfinished.HasEnded, unfinished.IsLeaving, unfinished.FallbackDone));
            Assert.Equal(end, (await FindAsync(message)).Events[^1].Status);
        }

        writer.Add(Some.FallbackDone(message));
        await writer.KeepAsync();
        Assert.Empty((await TakeAsync(2)).Taken.Unfinished);
        Assert.Empty((await ReopenAndTakeAsync(2)).Taken.Unfinished);
        Assert.Equal(end, (await FindAsync(message)).Events[^1].Status);
        Assert.DoesNotContain(await ReadEventsAsync(), static e => e.Entry.Kind == EntryKind.FallbackDone);
    }

    [Fact]
    public async Task A_fallback_that_is_done_with_before_its_message_ends_ends_with_it()
    {
        ShardWriter writer = await TakeAsync(2);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m with { Fallback = Some.Id(9, 77) });
        await writer.KeepAsync();
        writer.Add(Some.FallbackDone(message));
        await writer.KeepAsync();
        writer = await ReopenAndTakeAsync(2);
        Assert.Equal((MessageStatus.Accepted, true), Assert.Single(writer.Taken.Unfinished) is var left ? (left.Status, left.FallbackDone) : default);
        writer.Add(Some.Status(message, MessageStatus.Undelivered, Reason.ProviderRefused, provider: 1));
        await writer.KeepAsync();
        Assert.Empty((await ReopenAndTakeAsync(2)).Taken.Unfinished);
    }

    [Fact]
    public async Task A_dormant_message_tells_whether_it_was_woken()
    {
        ShardWriter writer = await TakeAsync(2);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m with { IsDormant = true, NotBeforeMs = Some.NowMs + 60_000 });
        await writer.KeepAsync();
        for (int round = 0; round < 2; round++)
        {
            writer = await ReopenAndTakeAsync(2);
            UnfinishedMessage dormant = Assert.Single(writer.Taken.Unfinished);
            Assert.Equal((true, false, message.NotBeforeMs), (dormant.Accepted.IsDormant, dormant.FallbackDone, dormant.Accepted.NotBeforeMs));
        }

        writer.Add(Some.FallbackDone(message));
        await writer.KeepAsync();
        for (int round = 0; round < 2; round++)
        {
            writer = await ReopenAndTakeAsync(2);
            UnfinishedMessage awake = Assert.Single(writer.Taken.Unfinished);
            Assert.Equal((true, true, MessageStatus.Accepted), (awake.Accepted.IsDormant, awake.FallbackDone, awake.Status));
        }

        writer.Add(Some.Status(message, MessageStatus.Sent, provider: 1));
        await writer.KeepAsync();
        Assert.Empty((await ReopenAndTakeAsync(2)).Taken.Unfinished);
    }
}
