using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Sealing;

namespace Router.Testing;

/// <summary>
/// What every <see cref="IJournal"/> must do. Derive a sealed class from it in the tests of an implementation. Each test gets an instance and an empty storage of its own.
/// </summary>
public abstract partial class JournalContract : IAsyncDisposable
{
    private readonly JournalClient client = new();
    private IJournal? journal;

    /// <summary>Seals the tests' records; the journal made by <see cref="CreateAsync"/> must open with it.</summary>
    protected virtual IRecordSealer Sealer { get; } = new PlainSealer();

    /// <summary>Opens a journal over an empty storage.</summary>
    protected abstract ValueTask<IJournal> CreateAsync();

    /// <summary>Ends the journal as a crash would (nothing flushed, no farewell) and opens another over the same storage.</summary>
    protected abstract ValueTask<IJournal> ReopenAsync();

    /// <summary>Ends what <see cref="CreateAsync"/> and <see cref="ReopenAsync"/> opened.</summary>
    public abstract ValueTask DisposeAsync();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<IJournal> OpenAsync() => journal ??= await CreateAsync();

    private async Task ReopenJournalAsync() => journal = await ReopenAsync();

    private async Task<ShardWriter> TakeAsync(int shard) => (await TakeAllAsync(shard))[0];

    private async Task<ShardWriter[]> TakeAllAsync(params int[] shards)
    {
        IJournal open = await OpenAsync();
        IReadOnlyList<TakenShard> taken = await open.TakeAsync(shards, Stop);
        Assert.Equal(shards, taken.Select(static t => t.Shard));
        return [.. taken.Select(t => new ShardWriter(open, Sealer, client, t))];
    }

    private async Task<ShardWriter> ReopenAndTakeAsync(int shard)
    {
        await ReopenJournalAsync();
        return await TakeAsync(shard);
    }

    private Task<StoredMessage> FindAsync(AcceptedMessage message) => FindAsync(message.Tenant, message.Id);

    private async Task<StoredMessage> FindAsync(int tenant, MessageId id)
    {
        StoredMessage? found = await (await OpenAsync()).FindMessageAsync(tenant, id, Stop);
        Assert.NotNull(found);
        return found;
    }

    private async Task<StoredContact> ReadContactAsync(Core.Addresses.ContactId contact) => (await client.ReadContactsAsync(await OpenAsync(), contact))[0];
}
