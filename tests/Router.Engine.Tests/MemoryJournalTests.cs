using Router.Engine.Journal;
using Router.Testing;

namespace Router.Engine.Tests;

/// <summary>The journal in memory, as it runs in the tests of the engine, holds the contract.</summary>
public sealed class MemoryJournalTests : JournalContract
{
    private readonly MemoryStore store = new();
    private MemoryJournal? journal;

    public override ValueTask DisposeAsync()
    {
        journal?.Crash();
        return ValueTask.CompletedTask;
    }

    protected override ValueTask<IJournal> CreateAsync() => new(journal = new MemoryJournal(Sealer, store));

    protected override ValueTask<IJournal> ReopenAsync()
    {
        journal?.Crash();
        return CreateAsync();
    }
}
