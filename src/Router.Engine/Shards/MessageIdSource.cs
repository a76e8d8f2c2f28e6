using Router.Core.Messages;

namespace Router.Engine.Shards;

/// <summary>
/// Makes the ids of one shard: the time never below the last kept (DESIGN §3), 64 a millisecond, then the next millisecond is borrowed. Clocks that jump back change nothing.
/// </summary>
internal sealed class MessageIdSource(int shard, long lastMs, Random random)
{
    private long ms = lastMs;
    private int counter = MessageId.PerMillisecond;

    public MessageId Next(long nowMs)
    {
        if (nowMs > ms)
        {
            ms = nowMs;
            counter = 0;
        }
        else if (counter >= MessageId.PerMillisecond)
        {
            ms++;
            counter = 0;
        }

        return MessageId.Create(ms, shard, counter++, (ulong)random.NextInt64(long.MinValue, long.MaxValue));
    }

    /// <summary>No id made so far has a higher head.</summary>
    public ulong LastHead => MessageId.Create(ms, shard, Math.Max(counter - 1, 0), 0).Head;
}
