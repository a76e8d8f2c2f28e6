namespace Router.Grains;

/// <summary>What the owners need to know from the host. Times are the design's; tests shorten them.</summary>
public sealed record RouterSiloOptions
{
    /// <summary>Hash of the operator's key where the settings give one; null: the one that Router made itself counts.</summary>
    public UInt128? OperatorKey { get; init; }

    /// <summary>How often all shards are touched, so that each has an owner. Default 1 s (DESIGN §3).</summary>
    public TimeSpan TouchInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a taking of a shard waits for others to go with it. Default 5 ms.</summary>
    public TimeSpan TakeDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How often ownerships are renewed where the journal can be reached by others. Default 300 ms (DESIGN §3).</summary>
    public TimeSpan RenewInterval { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long a change of configuration waits for all live silos. Default 20 s: longer than it takes to find a silo dead, shorter than a grain call.</summary>
    public TimeSpan SpreadTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Pause before a silo that did not take the configuration is tried again. Default 200 ms.</summary>
    public TimeSpan SpreadRetry { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>A provider's state is told to tenants once it has lasted so long. Default 2 s: a link that binds anew at once is nothing to tell.</summary>
    public TimeSpan HealthRest { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A provider that is new here, as all are after a start, has so long to bind before it is called down. Default 30 s.</summary>
    public TimeSpan HealthFirst { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>However a link flaps, tenants are told of it this seldom. Default 10 s.</summary>
    public TimeSpan HealthPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Messages that wait for a shard on another silo, a shard. Default 1,024.</summary>
    public int RemoteQueue { get; init; } = 1024;
}
