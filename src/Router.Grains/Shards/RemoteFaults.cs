using Microsoft.Extensions.Logging;

namespace Router.Grains.Shards;

/// <summary>Tells that calls to shards on other silos, or to grains of conversations, fail: once a minute with their number, so that a silo that dies is one line. Any thread.</summary>
internal sealed partial class RemoteFaults(TimeProvider time, ILogger<RemoteFaults> log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private readonly Lock gate = new();
    private long? toldAt;
    private int untold;

    /// <summary>A call to <paramref name="shard"/> failed; its caller is told that it may be tried again.</summary>
    public void Add(int shard, Exception fault)
    {
        int count;
        lock (gate)
        {
            untold++;
            if (toldAt is { } at && time.GetElapsedTime(at) < Pause)
            {
                return;
            }

            toldAt = time.GetTimestamp();
            count = untold;
            untold = 0;
        }

        LogFailed(count, shard, fault);
    }

    [LoggerMessage(1, LogLevel.Warning, "{Count} calls to shards on other silos or to conversations failed, the last one of shard {Shard}; callers try again")]
    private partial void LogFailed(int count, int shard, Exception fault);
}
