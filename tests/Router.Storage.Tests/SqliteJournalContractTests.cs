using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Testing;

namespace Router.Storage.Tests;

/// <summary>The contract of every journal, over SQLite and with its own sealing.</summary>
public sealed class SqliteJournalContractTests : JournalContract
{
    private readonly DataFolder folder = new();

    public SqliteJournalContractTests() => Sealer = new CurrentSealer(folder);

    protected override IRecordSealer Sealer { get; }

    protected override ValueTask<IJournal> CreateAsync() => ValueTask.FromResult(folder.Open().Journal);

    protected override async ValueTask<IJournal> ReopenAsync() => (await folder.CrashAsync()).Journal;

    public override ValueTask DisposeAsync() => folder.DisposeAsync();

    // The sealer of whichever store is open.
    private sealed class CurrentSealer(DataFolder folder) : IRecordSealer
    {
        public uint NewKeySlot() => folder.Store!.Sealer.NewKeySlot();

        public void Seal(int tenant, uint keySlot, in MessageId id, ReadOnlySpan<byte> record, Span<byte> destination) =>
            folder.Store!.Sealer.Seal(tenant, keySlot, id, record, destination);

        public bool TryOpen(int tenant, uint keySlot, in MessageId id, ReadOnlySpan<byte> sealedRecord, Span<byte> destination) =>
            folder.Store!.Sealer.TryOpen(tenant, keySlot, id, sealedRecord, destination);
    }
}
