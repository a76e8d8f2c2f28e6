using Router.Engine.Journal;

namespace Router.Testing;

public abstract partial class JournalContract
{
    [Fact]
    public async Task A_key_used_again_with_the_same_body_answers_the_first_id_and_stores_nothing()
    {
        ShardWriter writer = await TakeAsync(2);
        AcceptedMessage first = await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m.WithKey(1));
        await writer.KeepAsync();
        LogPosition end = (await OpenAsync()).Events.End;
        AcceptedMessage repeat = await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m.WithKey(1));

        AssertRepeat(first, await writer.KeepAsync(), 0);

        Assert.Null(await (await OpenAsync()).FindMessageAsync(1, repeat.Id, Stop));
        Assert.Equal(end, (await OpenAsync()).Events.End);
        Assert.Equal(first.Id.Head, (await ReadContactAsync(first.Contact)).LastHead);
        Assert.Equal([first.Id], Ids((await TakeAsync(2)).Taken));
    }

    [Fact]
    public async Task A_key_used_twice_in_one_part_answers_the_first_id()
    {
        ShardWriter writer = await TakeAsync(2);
        AcceptedMessage first = await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m.WithKey(1));
        await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m.WithKey(1));
        await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m.WithKey(1, body: 2));

        JournalPart part = await writer.KeepAsync();

        Assert.Equal(KeptAs.New, part.Accepted[0].Kept);
        AssertRepeat(first, part, 1);
        Assert.Equal(KeptAs.OtherBody, part.Accepted[2].Kept);
        Assert.Equal([first.Id], Ids((await ReopenAndTakeAsync(2)).Taken));
    }

    [Fact]
    public async Task A_key_used_before_a_crash_still_answers_the_first_id()
    {
        ShardWriter writer = await TakeAsync(2);
        AcceptedMessage first = await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m.WithKey(1));
        await writer.KeepAsync();

        writer = await ReopenAndTakeAsync(2);
        await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m.WithKey(1));
        await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m.WithKey(1, body: 2));

        JournalPart part = await writer.KeepAsync();
        AssertRepeat(first, part, 0);
        Assert.Equal(KeptAs.OtherBody, part.Accepted[1].Kept);
    }

    [Fact]
    public async Task A_key_answers_for_almost_24_hours()
    {
        ShardWriter writer = await TakeAsync(2);
        AcceptedMessage first = await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m.WithKey(1));
        await writer.KeepAsync();
        writer.MoveTo(first.AcceptedAtMs + (24 * 3_600_000) - 60_000);
        await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m.WithKey(1));

        AssertRepeat(first, await writer.KeepAsync(), 0);
    }

    [Fact]
    public async Task A_key_of_a_message_that_ended_still_answers_its_id()
    {
        ShardWriter writer = await TakeAsync(2);
        AcceptedMessage first = await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m.WithKey(1));
        writer.Add(Some.Status(first, Core.Messages.MessageStatus.Cancelled));
        await writer.KeepAsync();
        writer = await ReopenAndTakeAsync(2);
        await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m.WithKey(1));

        AssertRepeat(first, await writer.KeepAsync(), 0);
    }

    [Fact]
    public async Task A_key_answers_over_shards()
    {
        ShardWriter[] writers = await TakeAllAsync(2, 3);
        AcceptedMessage first = await writers[0].AcceptAsync(Some.Contact(2, 1), with: static m => m.WithKey(1));
        await writers[0].KeepAsync();
        AcceptedMessage other = await writers[1].AcceptAsync(Some.Contact(3, 1), with: static m => m.WithKey(1));
        await writers[1].AcceptAsync(Some.Contact(3, 2), with: static m => m.WithKey(1, body: 2));

        JournalPart part = await writers[1].KeepAsync();

        AssertRepeat(first, part, 0);
        Assert.Equal(KeptAs.OtherBody, part.Accepted[1].Kept);
        Assert.False((await ReadContactAsync(other.Contact)).Found);
    }

    [Fact]
    public async Task Of_many_shards_that_use_a_key_at_once_exactly_one_is_new()
    {
        ShardWriter[] writers = await TakeAllAsync([.. Enumerable.Range(0, 16)]);
        for (ulong round = 0; round < 5; round++)
        {
            ulong key = round;
            foreach (ShardWriter writer in writers)
            {
                await writer.AcceptAsync(Some.Contact(writer.Shard, 1), with: m => m.WithKey(key));
            }

            JournalPart[] parts = await Task.WhenAll(writers.Select(static w => w.KeepAsync()));

            AcceptedMessage[] answers = [.. parts.Select(static p => p.Accepted[0])];
            AcceptedMessage first = Assert.Single(answers, static a => a.Kept == KeptAs.New);
            Assert.All(answers.Where(a => a.Id != first.Id), a => Assert.Equal((KeptAs.Repeat, first.Id), (a.Kept, a.FirstId)));
        }
    }

    [Fact]
    public async Task Tenants_do_not_share_keys()
    {
        ShardWriter writer = await TakeAsync(2);
        await writer.AcceptAsync(Some.Contact(2, 1), tenant: 1, with: static m => m.WithKey(1));
        await writer.AcceptAsync(Some.Contact(2, 2), tenant: 2, with: static m => m.WithKey(1, body: 2));

        JournalPart part = await writer.KeepAsync();

        Assert.Equal([KeptAs.New, KeptAs.New], part.Accepted.Span.ToArray().Select(static m => m.Kept));
    }

    [Fact]
    public async Task Messages_beside_a_repeat_are_kept_with_their_own_records()
    {
        ShardWriter writer = await TakeAsync(2);
        await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m.WithKey(1));
        await writer.KeepAsync();
        AcceptedMessage before = await writer.AcceptAsync(Some.Contact(2, 2), "before");
        await writer.AcceptAsync(Some.Contact(2, 3), "repeat", with: static m => m.WithKey(1));
        AcceptedMessage after = await writer.AcceptAsync(Some.Contact(2, 4), "after");
        await writer.KeepAsync();

        await ReopenJournalAsync();

        Assert.Equal(Some.Record("before"), (await FindAsync(before)).Record);
        Assert.Equal(Some.Record("after"), (await FindAsync(after)).Record);
    }

    private static void AssertRepeat(in AcceptedMessage first, JournalPart part, int index) =>
        Assert.Equal((KeptAs.Repeat, first.Id), (part.Accepted[index].Kept, part.Accepted[index].FirstId));
}
