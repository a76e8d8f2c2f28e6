using Microsoft.Extensions.Logging;
using Router.Core.Messages;
using Router.Engine;
using Router.Engine.Journal;

namespace Router.Grains.Shards;

/// <summary>
/// The shards that this silo owns: taken into the engine, renewed where others can reach the journal, given up. Called by <see cref="ShardGrain"/>s; any thread; cold.
/// </summary>
internal sealed partial class OwnedShards : IDisposable
{
    private readonly ShardTaker taker;
    private readonly SiloEngine engine;
    private readonly IJournal journal;
    private readonly TimeProvider time;
    private readonly RouterSiloOptions options;
    private readonly ILogger<OwnedShards> log;
    private readonly Lock gate = new();
    private readonly Ownership?[] owned = new Ownership?[MessageId.ShardCount];
    private readonly CancellationTokenSource stopping = new();
    private Task renewing = Task.CompletedTask;
    private bool isNotRenewed;

    /// <summary>Made once a silo.</summary>
    public OwnedShards(ShardTaker taker, SiloEngine engine, IJournal journal, TimeProvider time, RouterSiloOptions options, ILogger<OwnedShards> log)
    {
        this.taker = taker;
        this.engine = engine;
        this.journal = journal;
        this.time = time;
        this.options = options;
        this.log = log;
        engine.ShardLost = Lost;
    }

    /// <summary>Takes the next epoch of <paramref name="shard"/> and starts its owner; <paramref name="lost"/> is called, from any thread, when that ends by itself.</summary>
    /// <exception cref="ShardUnavailableException">This silo takes no more: it goes.</exception>
    public async Task<long> TakeAsync(int shard, Action lost, CancellationToken cancellationToken)
    {
        TakenShard? taken = stopping.IsCancellationRequested ? null : await taker.TakeAsync(shard).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (taken is null || stopping.IsCancellationRequested)
        {
            throw new ShardUnavailableException("this silo goes and takes no more shards; try again");
        }

        lock (gate)
        {
            owned[shard] = new Ownership(taken.Epoch, lost);
        }

        engine.Own(taken);
        LogTaken(shard, taken.Epoch, taken.Unfinished.Count);
        return taken.Epoch;
    }

    /// <summary>Stops the owner of <paramref name="shard"/>, unless a younger epoch runs here already; waits for what it has with the journal, but no longer than it may.</summary>
    public async Task ReleaseAsync(int shard, long epoch, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (owned[shard]?.Epoch != epoch)
            {
                return;
            }

            owned[shard] = null;
        }

        Task ended = engine.DisownAsync(shard).AsTask();
        await ended.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!ended.IsCompleted)
        {
            LogNotEnded(shard, epoch);
        }
    }

    /// <summary>Starts the renewal of ownerships, where the journal needs it.</summary>
    public void Start()
    {
        if (!journal.Exclusive)
        {
            renewing = RenewAsync();
        }
    }

    /// <summary>Takes no more shards and ends the renewal; what is owned stays owned. May be called more than once.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await renewing.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => stopping.Dispose();

    private void Lost(int shard)
    {
        Ownership? ownership;
        lock (gate)
        {
            ownership = owned[shard];
        }

        if (ownership is not null)
        {
            ownership.Lost(); // the engine, or the renewal, has told why
        }
    }

    private async Task RenewAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using PeriodicTimer timer = new(options.RenewInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token).ConfigureAwait(false))
            {
                await RenewOnceAsync(stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private async Task RenewOnceAsync(CancellationToken cancellationToken)
    {
        List<ShardEpoch> held = Held();
        if (held.Count == 0)
        {
            return;
        }

        // Taken before the call: what is proved is that the epochs held then.
        long asked = time.GetTimestamp();
        bool[] holds;
        try
        {
            holds = await journal.RenewAsync(held, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the store's fault, the answer is the same: no renewal, the engine stops to release within a second, the next tick tries again.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (!isNotRenewed)
            {
                isNotRenewed = true; // tried every 300 ms: told once until it works
                LogNotRenewed(exception);
            }

            return;
        }

        for (int i = 0; i < held.Count; i++)
        {
            if (holds[i])
            {
                engine.Renewed(held[i].Shard, held[i].Epoch, asked);
            }
            else
            {
                LogOvertaken(held[i].Shard, held[i].Epoch);
                Lost(held[i].Shard);
            }
        }
    }

    private List<ShardEpoch> Held()
    {
        List<ShardEpoch> held = new(owned.Length);
        lock (gate)
        {
            for (int shard = 0; shard < owned.Length; shard++)
            {
                if (owned[shard] is { } ownership)
                {
                    held.Add(new ShardEpoch(shard, ownership.Epoch));
                }
            }
        }

        return held;
    }

    [LoggerMessage(1, LogLevel.Debug, "took shard {Shard} under epoch {Epoch} with {Unfinished} unfinished messages")]
    private partial void LogTaken(int shard, long epoch, int unfinished);

    [LoggerMessage(2, LogLevel.Debug, "shard {Shard} of epoch {Epoch} still waits for the journal; the next epoch fences it")]
    private partial void LogNotEnded(int shard, long epoch);

    [LoggerMessage(3, LogLevel.Warning, "epoch {Epoch} of shard {Shard} holds no more: another silo has taken it")]
    private partial void LogOvertaken(int shard, long epoch);

    [LoggerMessage(4, LogLevel.Warning, "the ownerships could not be renewed; nothing is released until they are")]
    private partial void LogNotRenewed(Exception exception);

    // Under which epoch a shard is owned, and who is told when that ends by itself.
    private sealed record Ownership(long Epoch, Action Lost);
}
