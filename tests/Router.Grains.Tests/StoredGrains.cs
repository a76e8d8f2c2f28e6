using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Orleans.Storage;
using Router.Grains.Tenants;

namespace Router.Grains.Tests;

/// <summary>Grain storage in memory that outlives clusters, as JSON, with compare-and-swap and faults on demand.</summary>
internal sealed class StoredGrains : IGrainStorage, IStateRemoval
{
    private readonly ConcurrentDictionary<string, (long Version, string Json)> rows = new();
    private int writeFaults;
    private int writesLeft = -1;

    /// <summary>The next write fails; it is stored nevertheless when <see cref="FailAfterStoring"/>.</summary>
    public void FailNextWrite() => Interlocked.Increment(ref writeFaults);

    public bool FailAfterStoring { get; set; }

    /// <summary>Writes so far.</summary>
    public int Writes { get; private set; }

    /// <summary>The write after <paramref name="writes"/> more of them fails.</summary>
    public void FailWriteAfter(int writes) => writesLeft = writes;

    /// <summary>Everything stored.</summary>
    public string Text => string.Concat(rows.Select(static r => r.Key + r.Value.Json));

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.RecordExists = rows.TryGetValue(Key(stateName, grainId), out (long Version, string Json) row);
        grainState.State = grainState.RecordExists ? JsonSerializer.Deserialize<T>(row.Json)! : Activator.CreateInstance<T>();
        grainState.ETag = row.Version.ToString(CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Writes++;
        bool fails = Interlocked.Exchange(ref writeFaults, 0) > 0 || writesLeft == 0;
        writesLeft = Math.Max(-1, writesLeft - 1);
        if (fails && !FailAfterStoring)
        {
            throw new IOException("disk full, says the test");
        }

        long expected = long.Parse(grainState.ETag ?? "0", CultureInfo.InvariantCulture);
        rows.AddOrUpdate(
            Key(stateName, grainId),
            _ => expected == 0 ? (1, JsonSerializer.Serialize(grainState.State)) : throw new InconsistentStateException("removed meanwhile"),
            (_, row) => row.Version == expected ? (expected + 1, JsonSerializer.Serialize(grainState.State)) : throw new InconsistentStateException("lost the race"));
        grainState.ETag = (expected + 1).ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
        return fails ? throw new IOException("the answer was lost, says the test") : Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        rows.TryRemove(Key(stateName, grainId), out _);
        grainState.RecordExists = false;
        grainState.State = Activator.CreateInstance<T>();
        grainState.ETag = "0";
        return Task.CompletedTask;
    }

    public Task RemoveAsync(string stateName, GrainId beginning)
    {
        foreach (string key in rows.Keys.Where(k => k.StartsWith(Key(stateName, beginning), StringComparison.Ordinal)))
        {
            rows.TryRemove(key, out _);
        }

        return Task.CompletedTask;
    }

    private static string Key(string stateName, GrainId grainId) => $"{stateName}/{grainId}";
}
