using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Storage.Sqlite;
using Router.Testing;

namespace Router.Storage.Tests.Sqlite;

/// <summary>One shard that writes into a store: the short way for tests of the store itself.</summary>
internal sealed class JournalDriver
{
    private readonly JournalClient client = new();
    private readonly SqliteStore store;
    private readonly TakenShard taken;
    private int number;

    private JournalDriver(SqliteStore store, TakenShard taken)
    {
        this.store = store;
        this.taken = taken;
        Part = NewPart();
    }

    public JournalPart Part { get; private set; }

    public TakenShard Taken => taken;

    public static async Task<JournalDriver> TakeAsync(SqliteStore store, int shard = 5) =>
        new(store, (await store.Journal.TakeAsync([shard], TestContext.Current.CancellationToken))[0]);

    /// <summary>Adds a message of a contact of its own.</summary>
    public AcceptedMessage Accept(string text = "hello", string to = "+393331234567", int tenant = 1, Func<AcceptedMessage, AcceptedMessage>? with = null)
    {
        MessageId id = Some.IdAfter(Math.Max(taken.LastIdMs, Some.NowMs), taken.Shard, number++);
        ContactId contact = store.Hash.Contact(tenant, Channel.Sms, System.Text.Encoding.UTF8.GetBytes(to + id));
        contact = contact with { High = (contact.High & ~0xFC0UL) | ((ulong)(uint)taken.Shard << 6) };
        AcceptedMessage message = Some.Accepted(id, contact, tenant, keySlot: store.Sealer.NewKeySlot());
        message = with?.Invoke(message) ?? message;
        return Part.Add(message, Some.Record(text, to), store.Sealer);
    }

    public async Task<JournalPart> CommitAsync()
    {
        JournalPart part = Part;
        Part = NewPart();
        await client.AppendAsync(store.Journal, part);
        return part;
    }

    public async Task KeepAsync() => Assert.Equal(PartOutcome.Kept, (await CommitAsync()).Outcome);

    private JournalPart NewPart() => new(taken.Shard, client) { Epoch = taken.Epoch };
}
