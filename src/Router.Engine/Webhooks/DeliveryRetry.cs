using Router.Engine.Journal;

namespace Router.Engine.Webhooks;

/// <summary>An event that was tried and not taken.</summary>
/// <param name="Position">Which.</param>
/// <param name="Failures">How often.</param>
/// <param name="FirstFailedMs">Unix ms of the first time.</param>
/// <param name="DueMs">Unix ms from which on it is tried again.</param>
public readonly record struct DeliveryRetry(LogPosition Position, int Failures, long FirstFailedMs, long DueMs);
