using Router.Engine.Journal;

namespace Router.Streams.Out;

/// <summary>Events handed to the client for a tenant's own topic: those after <paramref name="Start"/>, as far as it took them.</summary>
internal readonly record struct OwnWrite(LogPosition Start, WriteBatch Batch);
