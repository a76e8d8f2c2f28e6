using Router.Engine.Journal;

namespace Router.Streams.Out;

/// <summary>How far a tenant's own topic of events is. On the turns of <see cref="EventExportGrain"/> alone.</summary>
internal sealed class OwnTopic(int tenant, LogPosition from)
{
    public int Tenant => tenant;

    /// <summary>Up to where its events were handed to the client, as far as it was given any, or read.</summary>
    public LogPosition From { get; set; } = from;

    /// <summary>What the brokers have not acknowledged yet, in its order.</summary>
    public Queue<OwnWrite> UnderWay { get; } = [];

    /// <summary>The last batch for it, which the next must not overtake; null: it has nothing to wait for.</summary>
    public WriteBatch? Last { get; set; }

    /// <summary>It is not given what is read for all, but reads for itself: it took something not, or not as fast.</summary>
    public bool IsBehind { get; set; }

    /// <summary>Somebody reads for it, until it has caught up.</summary>
    public bool IsReadFor { get; set; }

    /// <summary>Why it took nothing the last time; null: it does.</summary>
    public string? Refused { get; set; }

    /// <summary>Ends once what it read for itself is handed over: what is read for all comes after that.</summary>
    public Task Handing { get; set; } = Task.CompletedTask;

    /// <summary>Where it begins after a crash.</summary>
    public LogPosition Place => UnderWay.TryPeek(out OwnWrite first) ? first.Start : From;
}
