using Router.Core.Messages;

namespace Router.Grains.Streams;

/// <summary>Names of the channel streams: one a shard, whose key is the shard's number. Their subscriber is <see cref="Shards.ShardGrain"/>.</summary>
public static class ShardStream
{
    /// <summary>The stream provider.</summary>
    public const string Provider = "channels";

    /// <summary>The namespace of the streams.</summary>
    public const string Namespace = "router.shard";

    private static readonly StreamId[] streams = [.. Enumerable.Range(0, MessageId.ShardCount).Select(static shard => StreamId.Create(Namespace, (long)shard))];

    /// <summary>The stream of <paramref name="shard"/>.</summary>
    public static StreamId Of(int shard) => streams[shard];
}
