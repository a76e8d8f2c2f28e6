using System.Collections.Concurrent;
using Router.Engine.Journal;

namespace Router.Testing;

/// <summary>An <see cref="IJournalClient"/> that turns what it is told into tasks. Told twice, or of something it did not ask, it throws.</summary>
public sealed class JournalClient : IJournalClient
{
    // Only so that a broken journal fails a test instead of hanging it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<object, TaskCompletionSource> asked = new(ReferenceEqualityComparer.Instance);

    /// <summary>Appends <paramref name="part"/> and ends with its outcome.</summary>
    public async Task<PartOutcome> AppendAsync(IJournal journal, JournalPart part)
    {
        Task told = Ask(part);
        journal.Append(part);
        await told.WaitAsync(Patience).ConfigureAwait(false);
        return part.Outcome;
    }

    /// <summary>Reads rows of contacts, at once or not.</summary>
    public async Task<StoredContact[]> ReadContactsAsync(IJournal journal, params Core.Addresses.ContactId[] contacts)
    {
        var read = new ContactRead(this);
        foreach (Core.Addresses.ContactId contact in contacts)
        {
            read.Contacts.Add().Contact = contact;
        }

        await ReadContactsAsync(journal, read).ConfigureAwait(false);
        return read.Contacts.Span.ToArray();
    }

    /// <summary>The same, of a read made by the test for this client.</summary>
    public async Task ReadContactsAsync(IJournal journal, ContactRead read)
    {
        Task told = Ask(read);
        if (journal.ReadContacts(read))
        {
            asked.TryRemove(read, out _);
        }
        else
        {
            await told.WaitAsync(Patience).ConfigureAwait(false);
        }

        if (read.Failed)
        {
            throw new IOException("the journal could not read contacts");
        }
    }

    /// <summary>Reads records and opens them; null: not there.</summary>
    public async Task<byte[]?[]> ReadRecordsAsync(IJournal journal, params StoredRecord[] wanted)
    {
        var read = new RecordRead(this);
        foreach (StoredRecord record in wanted)
        {
            read.Items.Add(record);
        }

        Task told = Ask(read);
        journal.ReadRecords(read);
        await told.WaitAsync(Patience).ConfigureAwait(false);
        return read.Failed
            ? throw new IOException("the journal could not read records")
            : [.. read.Items.Span.ToArray().Select(i => i.Length == 0 ? null : read.Records.Span.Slice(i.Offset, i.Length).ToArray())];
    }

    /// <inheritdoc/>
    public void Appended(JournalPart part) => Told(part);

    /// <inheritdoc/>
    public void ContactsRead(ContactRead read) => Told(read);

    /// <inheritdoc/>
    public void RecordsRead(RecordRead read) => Told(read);

    private Task Ask(object request)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return asked.TryAdd(request, told) ? told.Task : throw new InvalidOperationException("asked before and not told yet");
    }

    private void Told(object request)
    {
        if (!asked.TryRemove(request, out TaskCompletionSource? told))
        {
            throw new InvalidOperationException("the journal told its client twice, or of something it did not ask");
        }

        told.SetResult();
    }
}
