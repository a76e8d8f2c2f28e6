using Router.Engine.Journal;

namespace Router.Storage.Memory;

/// <summary>A receipt that found no message, and the shard that keeps it.</summary>
internal readonly record struct ShardReceipt(int Shard, UnmatchedReceipt Receipt);
