using Router.Core.Consent;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Testing;

public abstract partial class JournalContract
{
    [Fact]
    public async Task The_log_of_an_empty_storage_is_empty()
    {
        IJournal open = await OpenAsync();
        var events = new StructList<LogEvent>(4);

        LogPosition looked = open.Events.Read(0, open.Events.Begin, events, 10);

        Assert.Equal(0, events.Count);
        Assert.True(looked <= open.Events.End || open.Events.End <= open.Events.Begin);
    }

    [Fact]
    public async Task A_part_shows_as_its_accepted_messages_then_its_entries_without_those_that_are_no_events()
    {
        ShardWriter writer = await TakeAsync(2);
        AcceptedMessage first = await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m with { HasReference = true });
        AcceptedMessage second = await writer.AcceptAsync(Some.Contact(2, 2), with: static m => m with { Segments = 2 });
        JournalEntry sent = Some.Status(first, MessageStatus.Sent, provider: 3, receiptKey: 99);
        ContactFlags flags = default(ContactFlags).WithBlocked(true);
        writer.Add(sent);
        writer.Add(Some.SegmentSent(second, 0, receiptKey: 5));
        writer.Add(Some.SegmentReceipt(second, 0));
        writer.Add(Some.Flags(first.Contact, flags, keySlot: first.KeySlot));
        writer.Add(Some.Unmatched(7));
        writer.Add(Some.ReceiptDone(7));
        writer.Add(Some.Status(second, MessageStatus.Rejected, Reason.OptedOut));
        await writer.KeepAsync();

        for (int round = 0; round < 2; round++)
        {
            LogEvent[] events = await ReadEventsAsync();
            Assert.Equal(
                [
                    (EntryKind.Status, MessageStatus.Accepted, first.Id), (EntryKind.Status, MessageStatus.Accepted, second.Id),
                    (EntryKind.Status, MessageStatus.Sent, first.Id), (EntryKind.Flags, MessageStatus.None, default), (EntryKind.Status, MessageStatus.Rejected, second.Id),
                ],
                events.Select(static e => (e.Entry.Kind, e.Entry.Status, e.Entry.Message)));
            AssertEvent(Some.Status(first, MessageStatus.Accepted, atMs: first.AcceptedAtMs), events[0].Entry);
            AssertEvent(sent, events[2].Entry);
            Assert.Equal((1, first.Contact, flags, Some.NowMs), (events[3].Entry.Tenant, events[3].Entry.Contact, events[3].Entry.Flags, events[3].Entry.AtMs));
            AssertEvent(Some.Status(second, MessageStatus.Rejected, Reason.OptedOut), events[4].Entry);
            await ReopenJournalAsync();
        }
    }

    [Fact]
    public async Task A_notice_is_an_event_of_its_tenant_alone()
    {
        ShardWriter writer = await TakeAsync(2);
        writer.Add(new JournalEntry { Kind = EntryKind.Notice, Notice = NoticeKind.ProviderDown, Tenant = 2, Provider = 300, AtMs = Some.NowMs });
        await writer.KeepAsync();

        for (int round = 0; round < 2; round++)
        {
            JournalEntry read = Assert.Single(await ReadEventsAsync(tenant: 2)).Entry;
            Assert.Equal((EntryKind.Notice, NoticeKind.ProviderDown, 2, 300, Some.NowMs), (read.Kind, read.Notice, read.Tenant, read.Provider, read.AtMs));
            Assert.Empty(await ReadEventsAsync(tenant: 1));
            await ReopenJournalAsync();
        }
    }

    [Fact]
    public async Task A_look_names_the_tenants_that_have_something_new_and_no_other()
    {
        ShardWriter writer = await TakeAsync(2);
        await WriteEventsAsync(writer, 30);
        IEventLog log = (await OpenAsync()).Events;
        LogPosition end = log.End;
        var tenants = new HashSet<int>();
        Assert.Equal(end, log.Look(end, tenants));
        Assert.Empty(tenants);

        await writer.AcceptAsync(Some.Contact(2, 1), tenant: 3);
        await writer.KeepAsync();

        LogPosition looked = log.Look(end, tenants);
        Assert.Equal([3], tenants);
        Assert.Equal(log.End, looked);
        tenants.Clear();
        log.Look(log.Begin, tenants);
        Assert.True(tenants.Contains(0) || tenants.IsSupersetOf([1, 2, 3]));
    }

    [Fact]
    public async Task A_position_is_good_after_a_crash_and_nothing_is_left_out_after_it()
    {
        ShardWriter writer = await TakeAsync(2);
        await WriteEventsAsync(writer, 30);
        LogEvent[] before = await ReadEventsAsync();
        LogPosition end = (await OpenAsync()).Events.End;

        writer = await ReopenAndTakeAsync(2);
        Assert.Equal(end, (await OpenAsync()).Events.End);
        await WriteEventsAsync(writer, 30);

        LogEvent[] all = await ReadEventsAsync();
        Assert.Equal(before.Select(static e => e.Position), all[..before.Length].Select(static e => e.Position));
        for (int i = 0; i < all.Length; i++)
        {
            Assert.Equal(all[(i + 1)..].Select(Tell), (await ReadEventsAsync(all[i].Position)).Select(Tell));
        }

        Assert.Equal(all[before.Length..].Select(Tell), (await ReadEventsAsync(end)).Select(Tell));
    }

    [Fact]
    public async Task Pages_of_any_size_show_each_event_once()
    {
        ShardWriter[] writers = await TakeAllAsync(2, 3);
        await Task.WhenAll(writers.Select(w => WriteEventsAsync(w, 40)));
        (LogPosition, MessageId, MessageStatus)[] all = [.. (await ReadEventsAsync()).Select(Tell)];

        foreach (int page in new[] { 1, 3, 1000 })
        {
            Assert.Equal(all, (await ReadEventsAsync(page: page)).Select(Tell));
        }
    }

    [Fact]
    public async Task A_tenant_reads_its_own_events_alone_under_the_same_positions()
    {
        ShardWriter[] writers = await TakeAllAsync(2, 3);
        await Task.WhenAll(writers.Select(w => WriteEventsAsync(w, 60)));
        LogEvent[] all = await ReadEventsAsync();

        foreach (int tenant in new[] { 1, 2, 3 })
        {
            (LogPosition, MessageId, MessageStatus)[] own = [.. all.Where(e => e.Entry.Tenant == tenant).Select(Tell)];
            Assert.Equal(own, (await ReadEventsAsync(tenant: tenant)).Select(Tell));
            Assert.Equal(own, (await ReadEventsAsync(tenant: tenant, page: 4)).Select(Tell));
        }

        Assert.Empty(await ReadEventsAsync(tenant: 99));
    }

    [Fact]
    public async Task A_reader_beside_many_writers_sees_every_event_once_and_each_shards_in_order()
    {
        ShardWriter[] writers = await TakeAllAsync([.. Enumerable.Range(0, 8)]);
        IEventLog log = (await OpenAsync()).Events;
        const int EventsEach = 100;
        Task writing = Task.WhenAll(writers.Select(w => Task.Run(() => WriteEventsAsync(w, EventsEach))));
        var read = new StructList<LogEvent>(64);
        LogPosition at = log.Begin;
        while (read.Count < writers.Length * EventsEach)
        {
            await log.WaitAsync(at, Stop).WaitAsync(TimeSpan.FromSeconds(60), Stop);
            at = log.Read(0, at, read, 9);
        }

        await writing;

        LogEvent[] events = read.Span.ToArray();
        Assert.Equal((await ReadEventsAsync()).Select(Tell), events.Select(Tell));
        foreach (IGrouping<(int, int), LogEvent> own in events.GroupBy(static e => (e.Entry.Message.Shard, e.Entry.Tenant)))
        {
            MessageId[] accepted = [.. own.Where(static e => e.Entry.Status == MessageStatus.Accepted).Select(static e => e.Entry.Message)];
            Assert.Equal(accepted.Order(), accepted);
            Assert.All(own.GroupBy(static e => e.Entry.Message), static g => Assert.Equal(MessageStatus.Accepted, g.First().Entry.Status));
        }
    }

    [Fact]
    public async Task Waiting_ends_when_the_log_goes_beyond_the_position()
    {
        ShardWriter writer = await TakeAsync(2);
        await WriteEventsAsync(writer, 2);
        IEventLog log = (await OpenAsync()).Events;
        LogPosition end = log.End;
        Task waiting = log.WaitAsync(end, Stop);
        Assert.False(waiting.IsCompleted);

        await WriteEventsAsync(writer, 2);

        await waiting.WaitAsync(TimeSpan.FromSeconds(60), Stop);
        Assert.True(log.End > end);
        await log.WaitAsync(end, Stop).WaitAsync(TimeSpan.FromSeconds(60), Stop);
    }

    [Fact]
    public async Task Waiting_can_be_cancelled()
    {
        await TakeAsync(2);
        IEventLog log = (await OpenAsync()).Events;
        using var cancel = new CancellationTokenSource();
        Task waiting = log.WaitAsync(log.End, cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    // Two events a message: accepted, then rejected two parts later; tenants 1 to 3 in turn.
    private static async Task WriteEventsAsync(ShardWriter writer, int events)
    {
        for (int i = 0; i < events / 2; i++)
        {
            AcceptedMessage message = await writer.AcceptAsync(Some.Contact(writer.Shard, i % 6), tenant: 1 + (i % 3));
            if (i % 4 == 3)
            {
                await writer.KeepAsync();
            }

            writer.Add(Some.Status(message, MessageStatus.Rejected, Reason.NoRoute));
        }

        await writer.KeepAsync();
    }

    private static (LogPosition Position, MessageId Message, MessageStatus Status) Tell(LogEvent item) => (item.Position, item.Entry.Message, item.Entry.Status);

    private static void AssertEvent(JournalEntry expected, JournalEntry actual)
    {
        Assert.Equal(
            (expected.Kind, expected.Status, expected.Reason, expected.Tenant, expected.Provider), (actual.Kind, actual.Status, actual.Reason, actual.Tenant, actual.Provider));
        Assert.Equal(
            (expected.Message, expected.Contact, expected.Sender, expected.AtMs, expected.HasReference), (actual.Message, actual.Contact, actual.Sender, actual.AtMs, actual.HasReference));
    }

    private async Task<LogEvent[]> ReadEventsAsync(LogPosition? after = null, int tenant = 0, int page = 200)
    {
        IEventLog log = (await OpenAsync()).Events;
        LogPosition at = after ?? log.Begin;
        var all = new List<LogEvent>();
        var events = new StructList<LogEvent>(8);
        while (true)
        {
            events.Clear();
            LogPosition looked = log.Read(tenant, at, events, page);
            Assert.True(events.Count <= page);
            all.AddRange(events.Span);
            Assert.True(all.Count == 0 || all[^1].Position <= looked, "the place looked at must not lie before the last event");
            Assert.All(events.Span.ToArray(), static e => Assert.Equal(0ul, e.Entry.ReceiptKey));
            if (looked <= at || (events.Count == 0 && looked >= log.End))
            {
                break;
            }

            at = looked;
        }

        Assert.Equal(all.Select(static e => e.Position).Distinct().Order(), all.Select(static e => e.Position));
        return [.. all];
    }
}
