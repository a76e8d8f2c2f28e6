using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Shards;

namespace Router.Grains.Shards;

/// <summary>The seam to the engine of this silo.</summary>
public interface ISiloEngine : IShards
{
    /// <summary>Swaps the configuration.</summary>
    void Apply(Configuration configuration);

    /// <summary>Starts the owner of a shard just taken.</summary>
    void Own(TakenShard taken);

    /// <summary>Stops it.</summary>
    ValueTask DisownAsync(int shard);

    /// <summary>Whether it is owned here.</summary>
    bool Owns(int shard);

    /// <summary>Told when an owner ended itself.</summary>
    Action<int>? ShardLost { get; set; }

    /// <summary>Messages waiting in a shard owned here.</summary>
    long WaitingIn(int shard);

    /// <summary>The shard's epoch held at <paramref name="timestamp"/>.</summary>
    void Renewed(int shard, long timestamp);
}
