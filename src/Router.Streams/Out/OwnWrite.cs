using Router.Engine.Journal;

namespace Router.Streams.Out;

/// <summary>Events handed to the client for a tenant's own topic: those after <paramref name="Start"/>, up to <paramref name="End"/>.</summary>
internal readonly record struct OwnWrite(LogPosition Start, LogPosition End, Task<Confluent.Kafka.ErrorCode> Written);
