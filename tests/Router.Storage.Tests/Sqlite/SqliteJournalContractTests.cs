using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Testing;

namespace Router.Storage.Tests.Sqlite;

/// <summary>The contract of every journal, over SQLite and with its own sealing.</summary>
public sealed class SqliteJournalContractTests : JournalContract
{
    private readonly DataFolder folder = new();

    public SqliteJournalContractTests() => Sealer = new CurrentSealer(folder);

    protected override IRecordSealer Sealer { get; }

    protected override ValueTask<IJournal> CreateAsync() => ValueTask.FromResult(folder.Open().Journal);

    protected override async ValueTask<IJournal> ReopenAsync() => (await folder.CrashAsync()).Journal;

    public override ValueTask DisposeAsync() => folder.DisposeAsync();
}
