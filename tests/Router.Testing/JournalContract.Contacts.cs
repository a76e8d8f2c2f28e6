using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Testing;

public abstract partial class JournalContract
{
    [Fact]
    public async Task A_contact_never_seen_is_not_found()
    {
        await TakeAsync(2);

        StoredContact contact = await ReadContactAsync(Some.Contact(2, 1));

        Assert.Equal(new StoredContact { Contact = Some.Contact(2, 1) }, contact);
        Assert.Equal(default, await (await OpenAsync()).FindFlagsAsync(Some.Contact(2, 1), Stop));
    }

    [Fact]
    public async Task A_contact_shows_its_last_message_its_sender_and_its_key()
    {
        ShardWriter writer = await TakeAsync(2);
        AcceptedMessage first = await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m with { Sender = 70 });
        await writer.KeepAsync();
        await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m with { Sender = 71 });
        await writer.AcceptAsync(Some.Contact(2, 2));
        AcceptedMessage last = await writer.AcceptAsync(Some.Contact(2, 1), with: static m => m with { Sender = 72 });
        await writer.KeepAsync();
        var expected = new StoredContact { Contact = first.Contact, Found = true, KeySlot = first.KeySlot, LastHead = last.Id.Head, LastSender = 72 };

        Assert.Equal(expected, await ReadContactAsync(first.Contact));
        await ReopenJournalAsync();
        Assert.Equal(expected, await ReadContactAsync(first.Contact));
        await TakeAsync(2);
        Assert.Equal(expected, await ReadContactAsync(first.Contact));
    }

    [Fact]
    public async Task Flags_hold_from_the_entry_on_and_after_a_crash()
    {
        ShardWriter writer = await TakeAsync(2);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(2, 1));
        await writer.KeepAsync();
        ContactFlags blocked = default(ContactFlags).WithBlocked(true).With(Purpose.Marketing, ConsentState.Granted);
        ContactFlags minor = blocked.WithMinor(true);
        writer.Add(Some.Flags(message.Contact, blocked, keySlot: message.KeySlot));
        await writer.KeepAsync();
        Assert.Equal(blocked, (await ReadContactAsync(message.Contact)).Flags);
        writer.Add(Some.Flags(message.Contact, default, keySlot: message.KeySlot));
        writer.Add(Some.Flags(message.Contact, minor, keySlot: message.KeySlot));
        await writer.KeepAsync();
        AcceptedMessage later = await writer.AcceptAsync(message.Contact);
        await writer.KeepAsync();
        var expected = new StoredContact
        {
            Contact = message.Contact, Found = true, Flags = minor, KeySlot = message.KeySlot, LastHead = later.Id.Head, LastSender = later.Sender,
        };

        for (int round = 0; round < 2; round++)
        {
            Assert.Equal(expected, await ReadContactAsync(message.Contact));
            Assert.Equal(minor, await (await OpenAsync()).FindFlagsAsync(message.Contact, Stop));
            await ReopenJournalAsync();
        }
    }

    [Fact]
    public async Task Flags_of_a_contact_without_messages_are_kept()
    {
        ShardWriter writer = await TakeAsync(2);
        ContactFlags flags = default(ContactFlags).With(Purpose.Marketing, ConsentState.Withdrawn);
        writer.Add(Some.Flags(Some.Contact(2, 1), flags));
        await writer.KeepAsync();
        var expected = new StoredContact { Contact = Some.Contact(2, 1), Found = true, Flags = flags };

        Assert.Equal(expected, await ReadContactAsync(Some.Contact(2, 1)));
        await ReopenJournalAsync();
        Assert.Equal(expected, await ReadContactAsync(Some.Contact(2, 1)));
    }

    [Fact]
    public async Task Many_contacts_are_read_in_one_batch_in_the_order_asked()
    {
        ShardWriter writer = await TakeAsync(2);
        for (int i = 0; i < 500; i += 2)
        {
            await writer.AcceptAsync(Some.Contact(2, i));
        }

        await writer.KeepAsync();
        ContactId[] asked = [.. Enumerable.Range(0, 500).Select(static i => Some.Contact(2, i))];

        for (int round = 0; round < 2; round++)
        {
            StoredContact[] read = await client.ReadContactsAsync(await OpenAsync(), asked);
            Assert.Equal(asked, read.Select(static c => c.Contact));
            Assert.Equal(Enumerable.Range(0, 500).Select(static i => i % 2 == 0), read.Select(static c => c.Found));
            await ReopenJournalAsync();
        }
    }

    [Fact]
    public async Task A_read_used_again_shows_nothing_of_its_last_use()
    {
        ShardWriter writer = await TakeAsync(2);
        AcceptedMessage message = await writer.AcceptAsync(Some.Contact(2, 1));
        writer.Add(Some.Flags(message.Contact, default(ContactFlags).WithBlocked(true), keySlot: message.KeySlot));
        await writer.KeepAsync();
        StoredContact row = await ReadContactAsync(message.Contact);
        row.Contact = Some.Contact(2, 2);
        var told = new TaskCompletionSource();
        var read = new ContactRead(new Telling(told));
        read.Contacts.Add(row);

        if (!(await OpenAsync()).ReadContacts(read))
        {
            await told.Task.WaitAsync(Stop);
        }

        Assert.Equal(new StoredContact { Contact = Some.Contact(2, 2) }, read.Contacts[0]);
    }

    private sealed class Telling(TaskCompletionSource told) : IJournalClient
    {
        public void Appended(JournalPart part) => throw new InvalidOperationException("no part was appended");

        public void ContactsRead(ContactRead read) => told.SetResult();

        public void RecordsRead(RecordRead read) => throw new InvalidOperationException("no record was asked for");
    }
}
