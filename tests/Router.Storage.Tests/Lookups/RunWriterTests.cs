using Router.Core.Messages;
using Router.Storage.Lookups;
using Router.Storage.Memory;
using Router.Storage.Sqlite;
using Router.Testing;
using SQLitePCL;

namespace Router.Storage.Tests.Lookups;

public sealed class RunWriterTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("router-runs-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // The run was in the WAL already: written a second time it broke the fences' key, at every try until a restart.
    [Fact]
    public void Write_AgainAfterTheCopyIntoTheFileFailed_CopiesTheRunThatIsThere()
    {
        string path = Path.Combine(folder, "lookup-20260101.db");
        using (RunWriter writer = new(path))
        {
            Generation first = Generation(after: 1);
            writer.NextCheckpointFault = raw.SQLITE_FULL;
            Assert.Throws<SqliteFault>(() => writer.Write(first, new Dictionary<long, UnfinishedState>()));

            Run run = writer.Write(first, new Dictionary<long, UnfinishedState>());

            Assert.Equal((1L, 2L, 1L), (run.AfterCommit, run.LastCommit, run.Messages));
            Assert.Equal(0, new FileInfo(path + "-wal").Length);
            Assert.Equal(2, writer.Write(Generation(after: 2), new Dictionary<long, UnfinishedState>()).AfterCommit);
        }

        Assert.Equal([1L, 2L], RunFiles.Load(folder, filterBytesMax: 1 << 20).Select(static r => r.AfterCommit));
    }

    private static Generation Generation(long after)
    {
        Generation made = new(after, messages: 16, idempotencyKeys: 16, usageAfter: after) { LastCommit = after + 1, LastAtMs = Some.NowMs };
        made.Accept(Some.Id(1, (int)after), tenant: 1, Some.NowMs, MessageStatus.Accepted, provider: 0, isPart: false, hasFallback: false);
        made.Sort();
        return made;
    }
}
