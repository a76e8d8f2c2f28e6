using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Engine.Journal;
using Router.Engine.Sealing;

namespace Router.Testing;

/// <summary>
/// Writes to a journal the way a shard's owner does: ids that rise, the chain of a contact's messages, key slots, one part under way. For tests of journals; single owner.
/// </summary>
public sealed class ShardWriter
{
    private readonly IJournal journal;
    private readonly IRecordSealer sealer;
    private readonly JournalClient client;
    private readonly Dictionary<ContactId, StoredContact> contacts = [];
    private long lastIdMs;
    private int number;

    /// <summary>A writer for a shard just taken.</summary>
    public ShardWriter(IJournal journal, IRecordSealer sealer, JournalClient client, TakenShard taken)
    {
        this.journal = journal;
        this.sealer = sealer;
        this.client = client;
        Taken = taken;
        lastIdMs = Math.Max(taken.LastIdMs, Some.NowMs);
        Part = NewPart();
    }

    /// <summary>What was found when the shard was taken.</summary>
    public TakenShard Taken { get; }

    /// <summary>The shard.</summary>
    public int Shard => Taken.Shard;

    /// <summary>What the next <see cref="CommitAsync"/> writes.</summary>
    public JournalPart Part { get; private set; }

    /// <summary>Adds a message to <see cref="Part"/>, with its head as text when <paramref name="text"/> is null; <paramref name="with"/> changes what the test cares about (not id, contact, slot or chain).</summary>
    public async Task<AcceptedMessage> AcceptAsync(
        ContactId contact, string? text = "hello", int tenant = 1, Func<AcceptedMessage, AcceptedMessage>? with = null)
    {
        StoredContact row = await RowAsync(contact).ConfigureAwait(false);
        row.KeySlot = row.KeySlot != 0 ? row.KeySlot : sealer.NewKeySlot();
        AcceptedMessage message = Some.Accepted(Some.IdAfter(lastIdMs, Shard, number++), contact, tenant, keySlot: row.KeySlot, previousHead: row.LastHead);
        message = with?.Invoke(message) ?? message;
        row.LastHead = message.Id.Head;
        contacts[contact] = row;
        return Part.Add(message, Some.Record(text ?? $"text {message.Id.Head}"), sealer);
    }

    /// <summary>Adds a change of flags to <see cref="Part"/>, with the contact's key slot.</summary>
    public async Task SetFlagsAsync(ContactId contact, ContactFlags flags, int tenant = 1) =>
        Add(Some.Flags(contact, flags, tenant, (await RowAsync(contact).ConfigureAwait(false)).KeySlot));

    /// <summary>Adds an entry to <see cref="Part"/>.</summary>
    public void Add(in JournalEntry entry) => Part.Entries.Add(entry);

    /// <summary>Goes on with ids after <paramref name="ms"/>.</summary>
    public void MoveTo(long ms)
    {
        lastIdMs = ms;
        number = 0;
    }

    /// <summary>Writes <see cref="Part"/> and begins a new one; returns the one written, with the journal's answers.</summary>
    public async Task<JournalPart> CommitAsync()
    {
        JournalPart part = Part;
        Part = NewPart();
        await client.AppendAsync(journal, part).ConfigureAwait(false);

        // Rows are read anew: some of the part's messages may not have been stored.
        contacts.Clear();
        return part;
    }

    /// <summary><see cref="CommitAsync"/> that must be kept.</summary>
    public async Task<JournalPart> KeepAsync()
    {
        JournalPart part = await CommitAsync().ConfigureAwait(false);
        Assert.Equal(PartOutcome.Kept, part.Outcome);
        return part;
    }

    private async Task<StoredContact> RowAsync(ContactId contact) => contacts.TryGetValue(contact, out StoredContact row)
        ? row : (await client.ReadContactsAsync(journal, contact).ConfigureAwait(false))[0];

    private JournalPart NewPart() => new(Taken.Shard, client) { Epoch = Taken.Epoch };
}
