using Router.Core.Messages;

namespace Router.Engine.Traces;

/// <summary>A stretch of a traced message's life, as a shard tells it.</summary>
/// <param name="Parent">The message's trace and the span it came by.</param>
/// <param name="Message">The message.</param>
/// <param name="Channel">Its channel.</param>
/// <param name="StartMs">Unix ms.</param>
/// <param name="EndMs">Unix ms; before the start where the wall clock was set back.</param>
internal readonly record struct TracedSpan(TraceContext Parent, MessageId Message, Channel Channel, long StartMs, long EndMs);
