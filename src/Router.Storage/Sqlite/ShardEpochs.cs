using Router.Core.Messages;

namespace Router.Storage.Sqlite;

/// <summary>
/// The epoch of each shard: rows of <c>shard</c>, held in memory because the writer is the only one who changes them. Changed by the writer's thread, read by any.
/// </summary>
internal sealed class ShardEpochs : IDisposable
{
    private readonly long[] epochs = new long[MessageId.ShardCount];
    private readonly Statement write;

    /// <summary>Reads the rows.</summary>
    public ShardEpochs(Database database)
    {
        using (Statement read = database.Prepare("SELECT n, epoch FROM shard"))
        {
            while (read.Step())
            {
                epochs[read.Long(0)] = read.Long(1);
            }
        }

        write = database.Prepare("INSERT INTO shard(n, epoch) VALUES(?1, ?2) ON CONFLICT(n) DO UPDATE SET epoch = excluded.epoch");
    }

    /// <summary>The epoch of a shard; 0: never taken.</summary>
    public long this[int shard] => Volatile.Read(ref epochs[shard]);

    /// <summary>Writes a shard's next epoch in the open transaction and returns it; <see cref="Set"/> makes it count once that is kept.</summary>
    public long WriteNext(int shard)
    {
        long next = epochs[shard] + 1;
        write.Bind(1, shard).Bind(2, next).Run();
        return next;
    }

    /// <summary>Makes an epoch count.</summary>
    public void Set(int shard, long epoch) => Volatile.Write(ref epochs[shard], epoch);

    /// <inheritdoc/>
    public void Dispose() => write.Dispose();
}
