using Router.Core.Messages;

namespace Router.Engine.Shards;

/// <summary>What a shard knows of a message beyond the journal.</summary>
/// <param name="Found">Whether it is under way.</param>
/// <param name="Status"><c>scheduled</c>, <c>queued</c>, <c>sending</c> or <c>accepted</c>.</param>
/// <param name="Provider">Number of the provider it was released to; 0: none.</param>
public readonly record struct LiveMessage(bool Found, MessageStatus Status, int Provider);
