using System.Collections.Concurrent;
using Router.Core.Messages;

namespace Router.Simulation;

/// <summary>What a status is called in the coverage; put together once each.</summary>
internal static class VerdictNames
{
    private static readonly ConcurrentDictionary<(MessageStatus Status, Reason Reason), string> Names = [];

    public static string Of(MessageStatus status, Reason reason) => Names.GetOrAdd((status, reason), static v =>
        v.Status is MessageStatus.Queued or MessageStatus.Rejected ? $"verdict: {WireNames.Of(v.Status)} {v.Reason}" : "verdict: " + WireNames.Of(v.Status));
}
