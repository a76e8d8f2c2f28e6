namespace Router.Engine.Journal;

/// <summary>A shard and the epoch under which it is owned.</summary>
public readonly record struct ShardEpoch(int Shard, long Epoch);
