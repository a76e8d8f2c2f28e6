using System.Diagnostics;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Storage.Sqlite;
using Router.Testing;
using SQLitePCL;

namespace Router.Storage.Tests.Sqlite;

/// <summary>Disk full, read-only, damaged, in use: each is refused with a path and a remedy, and nothing that was kept is lost.</summary>
public sealed class FaultTests : IAsyncDisposable
{
    private readonly DataFolder folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    [Fact]
    public async Task A_full_file_refuses_and_is_written_again_once_there_is_room()
    {
        SqliteStore store = folder.Open();
        JournalDriver driver = await JournalDriver.TakeAsync(store);
        AcceptedMessage first = driver.Accept();
        await driver.KeepAsync();
        await store.LimitPagesAsync(1);

        AcceptedMessage refused = driver.Accept(new string('x', 60_000), with: static m => m.WithKey(9));
        driver.Part.Entries.Add(Some.Status(first, MessageStatus.Sent, provider: 1, receiptKey: 4));
        Assert.Equal(PartOutcome.Refused, (await driver.CommitAsync()).Outcome);

        Assert.Null(await store.Journal.FindMessageAsync(1, refused.Id, Stop));
        Assert.Single((await store.Journal.FindMessageAsync(1, first.Id, Stop))!.Events);
        await store.LimitPagesAsync(0);
        AcceptedMessage again = driver.Accept(new string('x', 60_000), with: static m => m.WithKey(9));
        JournalPart part = await driver.CommitAsync();
        Assert.Equal((PartOutcome.Kept, KeptAs.New), (part.Outcome, part.Accepted[0].Kept));
        store = await folder.CrashAsync();
        Assert.Equal([first.Id, again.Id], (await JournalDriver.TakeAsync(store)).Taken.Unfinished.Select(static u => u.Accepted.Id));
    }

    [Fact]
    public async Task A_refused_part_refuses_those_of_its_transaction_and_the_ownerships_stay()
    {
        SqliteStore store = folder.Open();
        JournalDriver[] drivers = [await JournalDriver.TakeAsync(store, 1), await JournalDriver.TakeAsync(store, 2)];
        await store.LimitPagesAsync(1);
        foreach (JournalDriver driver in drivers)
        {
            driver.Accept(new string('x', 60_000));
            Assert.Equal(PartOutcome.Refused, (await driver.CommitAsync()).Outcome);
        }

        await store.LimitPagesAsync(0);
        foreach (JournalDriver driver in drivers)
        {
            driver.Accept();
            await driver.KeepAsync();
        }
    }

    [Theory]
    [InlineData(raw.SQLITE_FULL, PartOutcome.Refused)]
    [InlineData(raw.SQLITE_BUSY, PartOutcome.Refused)]
    [InlineData(raw.SQLITE_IOERR | (4 << 8), PartOutcome.Unknown)]
    [InlineData(raw.SQLITE_IOERR | (3 << 8), PartOutcome.Unknown)]
    [InlineData(raw.SQLITE_CORRUPT, PartOutcome.Unknown)]
    public async Task A_commit_that_fails_is_refused_only_when_it_is_known_to_be_rolled_back(int code, PartOutcome outcome)
    {
        SqliteStore store = folder.Open();
        JournalDriver driver = await JournalDriver.TakeAsync(store);
        driver.Accept(with: static m => m.WithKey(1));
        await driver.KeepAsync();
        store.FailNextCommit(code);
        AcceptedMessage lost = driver.Accept(with: static m => m.WithKey(2));

        Assert.Equal(outcome, (await driver.CommitAsync()).Outcome);

        // Whatever its fate was, the next epoch reads it from storage: here it is gone.
        driver = await JournalDriver.TakeAsync(store);
        Assert.DoesNotContain(lost.Id, driver.Taken.Unfinished.Select(static u => u.Accepted.Id));
        driver.Accept(with: static m => m.WithKey(2));
        Assert.Equal(KeptAs.New, (await driver.CommitAsync()).Accepted[0].Kept);
    }

    // Guards against a key older than its window whose row, still in memory, was replaced by a transaction that was rolled back: the next try was then answered with a message that was never kept.
    [Theory]
    [InlineData(raw.SQLITE_FULL)]
    [InlineData(raw.SQLITE_IOERR | (4 << 8))]
    public async Task A_key_used_again_after_its_window_in_a_commit_that_fails_is_new_when_it_comes_again(int code)
    {
        SqliteStore store = folder.Open();
        JournalDriver driver = await JournalDriver.TakeAsync(store);
        driver.Accept(with: static m => m.WithKey(1));
        await driver.KeepAsync();
        store.FailNextCommit(code);
        driver.Accept(with: static m => Later(m.WithKey(1)));
        Assert.NotEqual(PartOutcome.Kept, (await driver.CommitAsync()).Outcome);

        AcceptedMessage again = driver.Accept(with: static m => Later(m.WithKey(1)));
        JournalPart part = await driver.CommitAsync();

        Assert.Equal((PartOutcome.Kept, KeptAs.New), (part.Outcome, part.Accepted[0].Kept));
        Assert.NotNull(await store.Journal.FindMessageAsync(1, again.Id, Stop));

        static AcceptedMessage Later(AcceptedMessage message)
        {
            message.Id = Some.IdAfter(message.Id.UnixMs + (25L * 3_600_000), message.Id.Shard, 0);
            message.AcceptedAtMs = message.Id.UnixMs;
            return message;
        }
    }

    [Fact]
    public async Task Taking_fails_clearly_when_its_commit_does()
    {
        SqliteStore store = folder.Open();
        store.FailNextCommit(raw.SQLITE_FULL);
        StorageException fault = await Assert.ThrowsAsync<StorageException>(() => JournalDriver.TakeAsync(store));
        Assert.Contains("full", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await JournalDriver.TakeAsync(store)).Taken.Epoch);
    }

    [Fact]
    public void A_second_store_over_the_folder_is_refused_and_names_the_first()
    {
        folder.Open();
        StorageException fault = Assert.Throws<StorageException>(() => { new DataFolder(folder.Path).Open(); });
        Assert.Contains(folder.Path, fault.Message, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_lock_of_a_killed_process_is_free()
    {
        folder.Open();
        await folder.CloseAsync();
        using Process holder = Process.Start(new ProcessStartInfo("flock", ["--no-fork", Path.Combine(folder.Path, "router.lock"), "sh", "-c", "echo held; exec sleep 600"])
        {
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(Stop));
        Assert.Contains("in use", Assert.Throws<StorageException>(() => { folder.Open(); }).Message, StringComparison.Ordinal);

        // One process alone (--no-fork, exec) holds the lock, so that its end is the lock's.
        holder.Kill();
        await holder.WaitForExitAsync(Stop);

        folder.Open();
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_refused()
    {
        string file = Path.GetTempFileName();
        StorageException fault = Assert.Throws<StorageException>(() => { new DataFolder(Path.Combine(file, "data")).Open(); });
        Assert.Contains("cannot be written", fault.Message, StringComparison.Ordinal);
        Assert.Contains("ROUTER__Storage__Path", fault.Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Theory]
    [InlineData("journal.db", 0)]
    [InlineData("journal.db", 1)]
    [InlineData("contacts.db", 0)]
    [InlineData("lookup-*.db", 0)]
    public async Task A_damaged_file_stops_the_start_with_its_name(string name, int page)
    {
        SqliteStore store = folder.Open();
        JournalDriver driver = await JournalDriver.TakeAsync(store);
        for (int i = 0; i < 50; i++)
        {
            driver.Accept();
        }

        await driver.KeepAsync();
        await store.SweepAsync();
        await folder.CloseAsync();
        string path = Directory.GetFiles(folder.Path, name).Single();
        using (FileStream file = new(path, FileMode.Open))
        {
            file.Position = page * 8192;
            file.Write(Enumerable.Repeat((byte)0xA5, 4096).ToArray());
        }

        StorageException fault = Assert.Throws<StorageException>(() => { folder.Open(); });

        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
        Assert.Contains("damaged", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_of_a_newer_format_is_refused()
    {
        folder.Open();
        await folder.CloseAsync();
        using (Database database = Database.OpenWriter(Path.Combine(folder.Path, "journal.db"), 8192, 1024))
        {
            database.Execute("UPDATE meta SET value = 99 WHERE name = 'format'");
        }

        Assert.Contains("format 99", Assert.Throws<StorageException>(() => { folder.Open(); }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Appending_to_a_closed_store_is_refused_at_once()
    {
        SqliteStore store = folder.Open();
        JournalDriver driver = await JournalDriver.TakeAsync(store);
        await folder.CloseAsync();
        Assert.Equal(PartOutcome.Refused, (await driver.CommitAsync()).Outcome);
        await Assert.ThrowsAsync<StorageException>(async () => await store.Journal.FindMessageAsync(1, Some.Id(1), Stop));
        await Assert.ThrowsAsync<StorageException>(async () => await store.Journal.TakeAsync([1], Stop));
    }

    // A disk that is really full. Needs the right to mount; elsewhere it is skipped and the limit on pages stands for it.
    [Fact]
    public async Task A_full_disk_loses_nothing_that_was_kept()
    {
        string mount = Directory.CreateTempSubdirectory("router-full-").FullName;
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", mount), "mount is not allowed here");
        await using DataFolder small = new(Path.Combine(mount, "data"));
        try
        {
            SqliteStore store = small.Open();
            JournalDriver driver = await JournalDriver.TakeAsync(store);
            List<AcceptedMessage> kept = [];
            JournalPart part;
            do
            {
                AcceptedMessage message = driver.Accept(new string('x', 20_000));
                part = await driver.CommitAsync();
                if (part.Outcome == PartOutcome.Kept)
                {
                    kept.Add(message);
                }
            }
            while (part.Outcome == PartOutcome.Kept);

            Assert.Equal(PartOutcome.Refused, part.Outcome);
            Assert.True(kept.Count > 10);
            Assert.Contains("full", store.Journal.NotWritableBecause, StringComparison.Ordinal);
            Assert.True(Run("mount", "-o", "remount,size=64m", mount));

            // Known again without a message: a load balancer sends none to a Router that is not ready.
            using PeriodicTimer look = new(TimeSpan.FromMilliseconds(20));
            while (store.Journal.NotWritableBecause is not null)
            {
                await look.WaitForNextTickAsync(Stop);
            }

            kept.Add(driver.Accept("room again"));
            await driver.KeepAsync();
            store = await small.ReopenAsync();
            Assert.Equal(kept.Select(static m => m.Id), (await JournalDriver.TakeAsync(store)).Taken.Unfinished.Select(static u => u.Accepted.Id));
        }
        finally
        {
            await small.CloseAsync();
            Run("umount", mount);
            Directory.Delete(mount);
        }
    }

    private static bool Run(string command, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
