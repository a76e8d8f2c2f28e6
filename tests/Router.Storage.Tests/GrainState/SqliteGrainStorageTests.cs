using System.Text;
using Orleans.Storage;
using Router.Storage.GrainState;
using Router.Storage.Sqlite;

namespace Router.Storage.Tests.GrainState;

public sealed class SqliteGrainStorageTests : IAsyncLifetime
{
    private static readonly GrainId Grain = GrainId.Create("provider", "acme");

    private readonly DataFolder folder = new();

    private IGrainStorage Storage => folder.Store!.GrainStorage;

    public ValueTask InitializeAsync()
    {
        folder.Open();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    [Fact]
    public async Task A_state_never_written_reads_as_new()
    {
        GrainState<Settings> state = await ReadAsync();
        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.NotNull(state.State);
    }

    [Fact]
    public async Task A_state_is_read_back_after_a_restart_and_a_crash()
    {
        await WriteAsync("hunter2");
        for (int round = 0; round < 2; round++)
        {
            GrainState<Settings> state = await ReadAsync();
            Assert.True(state.RecordExists);
            Assert.Equal("hunter2", state.State!.Password);
            Assert.Equal(UInt128.MaxValue, state.State!.Hash);
            Assert.Equal(7, state.State!.Numbers["Seven"]);
            await (round == 0 ? folder.CrashAsync() : folder.ReopenAsync());
        }
    }

    [Fact]
    public async Task A_write_over_a_state_that_changed_is_refused_and_changes_nothing()
    {
        await WriteAsync("one");
        GrainState<Settings> mine = await ReadAsync();
        GrainState<Settings> theirs = await ReadAsync();
        theirs.State!.Password = "two";
        await Storage.WriteStateAsync("settings", Grain, theirs);

        mine.State!.Password = "three";
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync("settings", Grain, mine));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.ClearStateAsync("settings", Grain, mine));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync("settings", Grain, new GrainState<Settings>(new Settings())));

        Assert.Equal("two", (await ReadAsync()).State!.Password);
        theirs.State!.Password = "four";
        await Storage.WriteStateAsync("settings", Grain, theirs);
        Assert.Equal("four", (await ReadAsync()).State!.Password);
    }

    [Fact]
    public async Task A_cleared_state_is_gone_and_its_version_never_comes_again()
    {
        GrainState<Settings> old = await WriteAsync("one");
        string? version = old.ETag;
        await Storage.ClearStateAsync("settings", Grain, old);
        Assert.False((await ReadAsync()).RecordExists);
        Assert.False(old.RecordExists);

        GrainState<Settings> made = await WriteAsync("again");
        Assert.NotEqual(version, made.ETag);
    }

    [Fact]
    public async Task States_of_one_grain_by_name_and_of_grains_are_their_own()
    {
        await WriteAsync("one");
        GrainState<Settings> other = new(new Settings());
        await Storage.ReadStateAsync("other", Grain, other);
        Assert.False(other.RecordExists);
        await Storage.ReadStateAsync("settings", GrainId.Create("provider", "acme2"), other);
        Assert.False(other.RecordExists);
    }

    [Fact]
    public async Task States_of_one_name_are_removed_by_the_beginning_of_the_grains_key_and_no_others()
    {
        string[] keys = ["0000000f", .. Enumerable.Range(0, 2_001).Select(static i => $"00000010{i:x8}"), "00000011"];
        await Task.WhenAll(keys.Select(key => StoreAsync("conversation", key)).Append(StoreAsync("other", "00000010a")));

        await folder.Store!.GrainStates.RemoveAsync("conversation", GrainId.Create("conversation", "00000010"));
        await folder.Store!.GrainStates.RemoveAsync("conversation", GrainId.Create("conversation", "00000010"));

        await folder.CrashAsync();
        List<string> left = [];
        foreach (string key in keys)
        {
            GrainState<Settings> state = new(new Settings());
            await Storage.ReadStateAsync("conversation", GrainId.Create("conversation", key), state);
            left.AddRange(state.RecordExists ? [key] : []);
        }

        Assert.Equal(["0000000f", "00000011"], left);
        GrainState<Settings> other = new(new Settings());
        await Storage.ReadStateAsync("other", GrainId.Create("conversation", "00000010a"), other);
        Assert.True(other.RecordExists);

        Task StoreAsync(string name, string key) => folder.Store!.GrainStorage.WriteStateAsync(name, GrainId.Create("conversation", key), new GrainState<Settings>(new Settings()));
    }

    // One step took a thousand rows, whatever they held: everybody's commits waited seconds for the notes of a tenant that ended.
    [Fact]
    public async Task Large_states_are_removed_in_small_steps()
    {
        for (int i = 0; i < 100; i++)
        {
            await Storage.WriteStateAsync("conversation", GrainId.Create("conversation", $"00000010{i:x8}"), new GrainState<Settings>(new Settings { Password = new string('p', 64 * 1024) }));
        }

        await folder.CloseAsync();
        int steps = 1;
        using (Database database = Database.OpenWriter(Path.Combine(folder.Path, "journal.db"), pageSize: 8192, cacheKiB: 1024))
        using (GrainStateTable table = new(database))
        {
            while (table.DeleteSome("conversation|conversation/00000010", "conversation|conversation/00000011"))
            {
                steps++;
            }
        }

        Assert.InRange(steps, 20, 40);
        folder.Open();
        GrainState<Settings> last = new(new Settings());
        await Storage.ReadStateAsync("conversation", GrainId.Create("conversation", $"00000010{99:x8}"), last);
        Assert.False(last.RecordExists);
    }

    [Fact]
    public async Task Many_writes_at_once_are_all_kept()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Storage.WriteStateAsync(
            "settings", GrainId.Create("tenant", $"t{i}"), new GrainState<Settings>(new Settings { Password = $"p{i}" }))));
        await folder.CrashAsync();
        for (int i = 0; i < 200; i++)
        {
            GrainState<Settings> state = new(new Settings());
            await Storage.ReadStateAsync("settings", GrainId.Create("tenant", $"t{i}"), state);
            Assert.Equal($"p{i}", state.State!.Password);
        }
    }

    [Fact]
    public async Task No_file_shows_a_password()
    {
        await WriteAsync("hunter2-the-password");
        await folder.CrashAsync();
        await folder.CloseAsync();
        Assert.All(Directory.GetFiles(folder.Path), static f => Assert.Equal(-1, File.ReadAllBytes(f).AsSpan().IndexOf(Encoding.UTF8.GetBytes("hunter2"))));
    }

    private async Task<GrainState<Settings>> WriteAsync(string password)
    {
        GrainState<Settings> state = await ReadAsync();
        state.State!.Password = password;
        state.State!.Hash = UInt128.MaxValue;
        state.State!.Numbers["Seven"] = 7;
        await Storage.WriteStateAsync("settings", Grain, state);
        return state;
    }

    private async Task<GrainState<Settings>> ReadAsync()
    {
        GrainState<Settings> state = new(new Settings());
        await Storage.ReadStateAsync("settings", Grain, state);
        return state;
    }

    private sealed class Settings
    {
        public string Password { get; set; } = "";

        public UInt128? Hash { get; set; }

        public Dictionary<string, int> Numbers { get; set; } = [];
    }
}
