using Router.Core.Messages;

namespace Router.Engine.Shards;

/// <summary>What one queue holds, summed over shards.</summary>
public sealed record QueueState
{
    /// <summary>The tenant's number.</summary>
    public required int Tenant { get; init; }

    /// <summary>The provider's number; 0: none.</summary>
    public required int Provider { get; init; }

    /// <summary>Purpose.</summary>
    public required Purpose Purpose { get; init; }

    /// <summary>Priority.</summary>
    public required Priority Priority { get; init; }

    /// <summary>Messages that may leave as soon as there is room.</summary>
    public long Ready { get; init; }

    /// <summary>Messages that wait for a time: scheduled, a retry, their recipient's limit, quiet hours.</summary>
    public long Deferred { get; init; }

    /// <summary>Messages with the provider, or whose outcome is about to be kept.</summary>
    public long UnderWay { get; init; }

    /// <summary>When the oldest of those ready was accepted, Unix ms; <see cref="long.MaxValue"/>: none is ready.</summary>
    public long OldestMs { get; init; } = long.MaxValue;

    /// <summary>Both together; of the same queue.</summary>
    public QueueState Add(QueueState other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with
        {
            Ready = Ready + other.Ready,
            Deferred = Deferred + other.Deferred,
            UnderWay = UnderWay + other.UnderWay,
            OldestMs = Math.Min(OldestMs, other.OldestMs),
        };
    }

    /// <summary>One of each queue, with the sum of all of it.</summary>
    public static IReadOnlyList<QueueState> Sum(IEnumerable<QueueState> states)
    {
        ArgumentNullException.ThrowIfNull(states);
        var sums = new SortedDictionary<(int, int, Purpose, Priority), QueueState>();
        foreach (QueueState state in states)
        {
            (int, int, Purpose, Priority) key = (state.Tenant, state.Provider, state.Purpose, state.Priority);
            sums[key] = sums.TryGetValue(key, out QueueState? sum) ? sum.Add(state) : state;
        }

        return [.. sums.Values];
    }
}
