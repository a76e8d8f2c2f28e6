using Router.Core.Messages;
using Router.Engine.Shards;

namespace Router.Grains.Shards;

/// <summary>A <see cref="QueueState"/> from another silo.</summary>
[GenerateSerializer, Immutable]
internal struct QueueItem
{
    /// <summary>See <see cref="QueueState.Tenant"/>.</summary>
    [Id(0)]
    public int Tenant;

    /// <summary>See <see cref="QueueState.Provider"/>.</summary>
    [Id(1)]
    public int Provider;

    /// <summary>See <see cref="QueueState.Purpose"/>.</summary>
    [Id(2)]
    public byte Purpose;

    /// <summary>See <see cref="QueueState.Priority"/>.</summary>
    [Id(3)]
    public byte Priority;

    /// <summary>See <see cref="QueueState.Ready"/>.</summary>
    [Id(4)]
    public long Ready;

    /// <summary>See <see cref="QueueState.Deferred"/>.</summary>
    [Id(5)]
    public long Deferred;

    /// <summary>See <see cref="QueueState.UnderWay"/>.</summary>
    [Id(6)]
    public long UnderWay;

    /// <summary>See <see cref="QueueState.OldestMs"/>.</summary>
    [Id(7)]
    public long OldestMs;

    /// <summary>Packs <paramref name="state"/>.</summary>
    public static QueueItem Of(QueueState state) => new()
    {
        Tenant = state.Tenant,
        Provider = state.Provider,
        Purpose = (byte)state.Purpose,
        Priority = (byte)state.Priority,
        Ready = state.Ready,
        Deferred = state.Deferred,
        UnderWay = state.UnderWay,
        OldestMs = state.OldestMs,
    };

    /// <summary>Unpacks it.</summary>
    public readonly QueueState ToState() => new()
    {
        Tenant = Tenant,
        Provider = Provider,
        Purpose = (Purpose)Purpose,
        Priority = (Priority)Priority,
        Ready = Ready,
        Deferred = Deferred,
        UnderWay = UnderWay,
        OldestMs = OldestMs,
    };
}
