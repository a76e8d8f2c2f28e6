using Microsoft.Extensions.Logging.Abstractions;
using Router.Engine.Journal;
using Router.Storage.Lookups;
using Router.Storage.Memory;
using Router.Storage.Sqlite;
using Router.Testing;

namespace Router.Storage.Tests.Sqlite;

public sealed class CommitTellerTests : IAsyncDisposable
{
    private const int GenerationMessages = 10;

    private readonly DataFolder folder = new();

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    // Keys of the next transaction enter the growing generation, so the writer must not be let go while it may close.
    [Theory]
    [InlineData(3, true, false)]
    [InlineData(3, false, true)]
    [InlineData(GenerationMessages, true, true)]
    public async Task Tell_HandsOverOnlyWhatClosesNoGenerationAndWhenMoreWaits(int messages, bool moreWaits, bool byWriter)
    {
        folder.Open();
        await folder.CloseAsync();
        JournalMemory memory = new([], new Dictionary<long, UnfinishedState>(), [], 0, 0, GenerationMessages, contactsMax: 1000);
        using ContactsFile contacts = new(Path.Combine(folder.Path, ContactsFile.FileName), 65536);
        using UsageFile usage = new(Path.Combine(folder.Path, UsageFile.FileName));
        using Sweeper sweeper = new(folder.Path, memory, contacts, usage, 65536, folder.Time, NullLogger.Instance);
        using SqliteEventLog events = new(Database.OpenReader(Path.Combine(folder.Path, "journal.db"), cacheKiB: 1024), 65536);
        using CommitTeller teller = new(memory, events, sweeper);
        ThreadOfAnswer client = new();
        FinishedCommit commit = Commit(client, messages);

        teller.Tell(commit, moreWaits);
        teller.WaitUntilTold();

        Assert.Equal(PartOutcome.Kept, commit.Parts[0].Outcome);
        Assert.Equal(byWriter, client.Thread == Environment.CurrentManagedThreadId);
        Assert.Equal(messages, memory.Generations[0].Messages.Count);
        Assert.Equal(messages == GenerationMessages, memory.ClosedGeneration is not null);
        Assert.Equal(new LogPosition(1, messages), events.End);
    }

    private static FinishedCommit Commit(IJournalClient client, int messages)
    {
        FinishedCommit commit = new() { Number = 1, AtMs = Some.NowMs, Outcome = PartOutcome.Kept, Messages = messages };
        JournalPart part = new(5, client);
        commit.Log.Begin(Some.NowMs);
        for (int i = 0; i < messages; i++)
        {
            part.Accepted.Add(Some.Accepted(Some.Id(5, i), Some.Contact(5, i)));
            commit.Log.Add(part.Accepted[i]);
        }

        commit.Log.Finish();
        commit.Parts.Add(part);
        return commit;
    }

    private sealed class ThreadOfAnswer : IJournalClient
    {
        public int Thread { get; private set; }

        public void Appended(JournalPart part) => Thread = Environment.CurrentManagedThreadId;

        public void ContactsRead(ContactRead read)
        {
        }

        public void RecordsRead(RecordRead read)
        {
        }
    }
}
