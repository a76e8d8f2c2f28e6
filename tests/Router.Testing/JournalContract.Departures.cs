using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Testing;

public abstract partial class JournalContract
{
    [Fact]
    public async Task Departures_come_back_with_the_contact_that_asks_for_them()
    {
        ShardWriter writer = await TakeAsync(2);
        AcceptedMessage first = await writer.AcceptAsync(Some.Contact(2, 1));
        AcceptedMessage second = await writer.AcceptAsync(Some.Contact(2, 1));
        AcceptedMessage other = await writer.AcceptAsync(Some.Contact(2, 2));
        await writer.KeepAsync();
        writer.Add(Some.Leaving(first));
        writer.Add(Some.Status(first, MessageStatus.Queued, Reason.Retry, provider: 1, attempts: 1, atMs: Some.NowMs + 1_000) with { HasLeft = true });
        writer.Add(Some.Status(other, MessageStatus.Sent, provider: 1, atMs: Some.NowMs + 1_500)); // no limit then
        await writer.KeepAsync();
        writer.Add(Some.Leaving(second));
        writer.Add(Some.Status(second, MessageStatus.Sent, provider: 1, atMs: Some.NowMs + 2_000) with { HasLeft = true });
        writer.Add(Some.Leaving(first));
        writer.Add(Some.SegmentSent(first, 0) with { HasLeft = true, AtMs = Some.NowMs + 3_000 });
        await writer.KeepAsync();

        for (int round = 0; round < 2; round++)
        {
            Assert.Equal(new long[] { 1_000, 2_000, 3_000 }, await DeparturesAsync(first.Contact, Some.NowMs));
            Assert.Equal(new long[] { 2_000, 3_000 }, await DeparturesAsync(first.Contact, Some.NowMs + 2_000));
            Assert.Empty(await DeparturesAsync(first.Contact, Some.NowMs + 3_001));
            Assert.Empty(await DeparturesAsync(first.Contact, 0));
            Assert.Empty(await DeparturesAsync(other.Contact, 1));
            Assert.Empty(await DeparturesAsync(Some.Contact(2, 3), 1));
            await ReopenJournalAsync();
        }
    }

    [Fact]
    public async Task Of_many_departures_over_many_commits_the_newest_come_back()
    {
        const int Count = 250;
        ShardWriter writer = await TakeAsync(2);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(2, 1));
        AcceptedMessage few = await writer.AcceptAsync(Some.Contact(2, 2));
        await writer.KeepAsync();
        for (int i = 0; i < Count; i++)
        {
            writer.Add(Some.Leaving(message));
            writer.Add(Some.Status(message, MessageStatus.Queued, Reason.Retry, provider: 1, attempts: 1, atMs: Some.NowMs + i) with { HasLeft = true });
            if (i % 30 == 0)
            {
                writer.Add(Some.Status(few, MessageStatus.Queued, Reason.Retry, provider: 1, attempts: 1, atMs: Some.NowMs + i) with { HasLeft = true });
                await writer.KeepAsync();
                await DeparturesAsync(message.Contact, 1); // sweeps, where the journal sweeps before it answers
            }
        }

        await writer.KeepAsync();
        for (int round = 0; round < 2; round++)
        {
            Assert.Equal(Enumerable.Range(Count - ContactRead.DeparturesMax, ContactRead.DeparturesMax).Select(static i => (long)i), await DeparturesAsync(message.Contact, 1));
            Assert.Equal(Enumerable.Range(0, 9).Select(static i => i * 30L), await DeparturesAsync(few.Contact, 1));
            await ReopenJournalAsync();
        }
    }

    [Fact]
    public async Task Each_contact_of_a_batch_has_its_own_departures()
    {
        ShardWriter writer = await TakeAsync(2);
        ContactId[] contacts = [.. Enumerable.Range(0, 40).Select(static i => Some.Contact(2, i))];
        for (int i = 0; i < contacts.Length; i++)
        {
            AcceptedMessage message = await writer.AcceptAsync(contacts[i]);
            for (int left = 0; left < i % 4; left++)
            {
                writer.Add(Some.Status(message, MessageStatus.Queued, Reason.Retry, provider: 1, attempts: 1, atMs: Some.NowMs + (i * 10) + left) with { HasLeft = true });
            }
        }

        await writer.KeepAsync();
        for (int round = 0; round < 2; round++)
        {
            var read = new ContactRead(client);
            foreach (ContactId contact in contacts)
            {
                read.Contacts.Add(new StoredContact { Contact = contact, DeparturesFromMs = contact == contacts[7] ? 0 : Some.NowMs });
            }

            await client.ReadContactsAsync(await OpenAsync(), read);
            for (int i = 0; i < contacts.Length; i++)
            {
                long[] times = [.. read.Departures.Span.Slice(read.Contacts[i].DepartureOffset, read.Contacts[i].DepartureCount).ToArray().Order()];
                Assert.Equal(i == 7 ? [] : Enumerable.Range(0, i % 4).Select(left => Some.NowMs + (i * 10) + left), times);
            }

            await ReopenJournalAsync();
        }
    }

    [Fact]
    public async Task What_may_have_left_is_told_when_the_shard_is_taken_until_it_is_answered()
    {
        ShardWriter writer = await TakeAsync(2);
        AcceptedMessage[] messages = new AcceptedMessage[6];
        for (int i = 0; i < messages.Length; i++)
        {
            messages[i] = await writer.AcceptAsync(Some.Contact(2, i), with: static m => m with { Segments = 3 });
        }

        await writer.KeepAsync();
        for (int i = 1; i < messages.Length; i++)
        {
            writer.Add(Some.Leaving(messages[i]));
        }

        await writer.KeepAsync();
        await DeparturesAsync(messages[0].Contact, 1); // sweeps, where the journal sweeps before it answers
        writer.Add(Some.Status(messages[1], MessageStatus.Queued, Reason.Limit)); // only told that it waits
        writer.Add(Some.Status(messages[2], MessageStatus.Queued, Reason.Retry, provider: 1, attempts: 1) with { HasLeft = true });
        writer.Add(Some.SegmentSent(messages[3], 1) with { HasLeft = true });
        writer.Add(Some.Status(messages[4], MessageStatus.Sent, provider: 1) with { HasLeft = true });
        writer.Add(Some.Status(messages[5], MessageStatus.Queued, Reason.Retry, provider: 1, attempts: 1) with { HasLeft = true });
        writer.Add(Some.Leaving(messages[5]));
        await writer.KeepAsync();

        for (int round = 0; round < 3; round++)
        {
            TakenShard taken = (await ReopenAndTakeAsync(2)).Taken;
            Assert.Equal(
                [(messages[0].Id, false), (messages[1].Id, true), (messages[2].Id, false), (messages[3].Id, false), (messages[5].Id, true)],
                taken.Unfinished.Select(static u => (u.Accepted.Id, u.IsLeaving)));
            Assert.Equal([MessageStatus.Accepted, MessageStatus.Queued, MessageStatus.Queued, MessageStatus.Accepted, MessageStatus.Queued], taken.Unfinished.Select(static u => u.Status));
        }
    }

    [Fact]
    public async Task A_leaving_is_no_event_and_no_step_of_its_message()
    {
        ShardWriter writer = await TakeAsync(2);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(2, 1));
        await writer.KeepAsync();
        writer.Add(Some.Leaving(message));
        await writer.KeepAsync();
        writer.Add(Some.Status(message, MessageStatus.Sent, provider: 1) with { HasLeft = true });
        await writer.KeepAsync();

        for (int round = 0; round < 2; round++)
        {
            Assert.Equal([MessageStatus.Accepted, MessageStatus.Sent], (await FindAsync(message)).Events.Select(static e => e.Status));
            Assert.Equal([MessageStatus.Accepted, MessageStatus.Sent], (await ReadEventsAsync()).Select(static e => e.Entry.Status));
            Assert.Equal([message.Id], (await ListAllAsync(new MessageQuery { Tenant = 1, Limit = 10 })).Select(static m => m.Accepted.Id));
            await ReopenJournalAsync();
        }
    }

    // Ms after Some.NowMs, in order.
    private async Task<long[]> DeparturesAsync(ContactId contact, long fromMs)
    {
        var read = new ContactRead(client);
        read.Contacts.Add(new StoredContact { Contact = contact, DeparturesFromMs = fromMs });
        await client.ReadContactsAsync(await OpenAsync(), read);
        return [.. read.Departures.Span.Slice(read.Contacts[0].DepartureOffset, read.Contacts[0].DepartureCount).ToArray().Select(static t => t - Some.NowMs).Order()];
    }
}
