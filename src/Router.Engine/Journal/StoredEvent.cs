using Router.Core.Messages;

namespace Router.Engine.Journal;

/// <summary>One step in a message's life.</summary>
public readonly record struct StoredEvent(long AtMs, MessageStatus Status, int Provider, Reason Reason);
