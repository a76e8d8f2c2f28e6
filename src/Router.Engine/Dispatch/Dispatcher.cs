using System.Collections.Immutable;
using Router.Engine.Limits;
using Router.Engine.Providers;
using Router.Engine.Work;

namespace Router.Engine.Dispatch;

/// <summary>
/// One a silo: for each provider a window, lanes by priority, tenants in turn, and limits. When a window has room it asks the owning shards in batches who may leave
/// (DESIGN §3); it holds counts, never messages.
/// </summary>
/// <remarks>Any thread may tell it something; <see cref="Worker"/> runs it on one at a time. Partials: <c>Lanes</c> the turn, <c>Limits</c> what a lane may take, <c>Links</c> providers come and go.</remarks>
internal sealed partial class Dispatcher : Worker
{
    private readonly SiloEngine engine;
    private readonly Inbox<DispatchEvent> inbox = new(int.MaxValue);
    private readonly Dictionary<LaneKey, DispatchLane> lanes = [];
    private readonly Stack<ReleaseAsk> freeAsks = new();
    private DispatchEvent[] batch = new DispatchEvent[64];
    private volatile bool poked;
    private volatile bool draining;
    private volatile int asks;

    // Read by any thread, swapped whole.
    private ImmutableDictionary<int, ProviderLink> links = ImmutableDictionary<int, ProviderLink>.Empty;
    private ProviderLink[] all = []; // of links, for who walks over them at each turn

    public Dispatcher(SiloEngine engine)
        : base(engine.Scheduler)
    {
        this.engine = engine;
        long now = engine.Timestamp;
        lender = new LimitLender(engine.Time.TimestampFrequency, now, engine.Journal.Exclusive ? now : null);
    }

    /// <inheritdoc/>
    protected override bool HasWork => inbox.HasItems || poked;

    /// <summary>A shard has messages for a lane.</summary>
    public void Offer(int shard, int shardLane, in LaneKey key, int available, int nextSegments) =>
        Tell(new DispatchEvent { Kind = DispatchEventKind.Offer, Shard = shard, ShardLane = shardLane, Key = key, Count = available, NextSegments = (byte)nextSegments });

    /// <summary>A shard answers an ask.</summary>
    public void Answered(ReleaseAsk ask) => Tell(new DispatchEvent { Kind = DispatchEventKind.Answer, Target = ask });

    /// <summary>A shard has no owner here any more.</summary>
    public void Forget(int shard) => Tell(new DispatchEvent { Kind = DispatchEventKind.Forget, Shard = shard });

    /// <summary>A provider told outcomes: their places in the window are free.</summary>
    public void Settled(int provider, in OutcomeCounts outcomes)
    {
        if (links.TryGetValue(provider, out ProviderLink? link))
        {
            link.AddUnkept(outcomes.Total);
        }

        Tell(new DispatchEvent { Kind = DispatchEventKind.Settled, Shard = provider, Outcomes = outcomes });
    }

    /// <summary>An outcome is kept, or needed no keeping.</summary>
    public void OutcomeKept(int provider)
    {
        if (links.TryGetValue(provider, out ProviderLink? link))
        {
            link.AddUnkept(-1);
            if (link.WaitsForKeeping)
            {
                link.WaitsForKeeping = false;
                Poke();
            }
        }
    }

    /// <summary>A provider as it is known here; null: it is not. What its outcomes say is counted there. Any thread.</summary>
    public ProviderLink? LinkOf(int provider) => links.GetValueOrDefault(provider);

    /// <summary>Whether a provider exists, is enabled and up, does not drain, and its breaker is closed.</summary>
    public bool IsHealthy(int provider) => links.TryGetValue(provider, out ProviderLink? link) && link.IsHealthy;

    /// <summary>Whether a message may be routed to a provider to see whether it works again.</summary>
    public bool TryTakeTrial(int provider) => links.TryGetValue(provider, out ProviderLink? link) && link.TryTakeTrial();

    /// <summary>The retry rule of a provider; the default for one that is gone.</summary>
    public RetryRule RetryRule(int provider) => links.TryGetValue(provider, out ProviderLink? link) ? link.Provider.Retry : Providers.RetryRule.Default;

    /// <summary>Whether a provider's receipts tell of whole messages; false for one that is gone.</summary>
    public bool HasWholeReceipts(int provider) => links.TryGetValue(provider, out ProviderLink? link) && link.Provider.HasWholeReceipts;

    /// <summary>Has every provider looked at again: time has passed.</summary>
    public void Poke()
    {
        poked = true;
        Wake();
    }

    /// <summary>Lanes known.</summary>
    public int LaneCount => lanes.Count;

    /// <summary>Lanes that came to their end and wait to be used again.</summary>
    public int SpareLanes => spareLanes.Count;

    /// <summary>Asks under way.</summary>
    public int Asks => asks;

    /// <summary>Asks no shard any more.</summary>
    public void StopReleases() => draining = true;

    /// <inheritdoc/>
    protected override bool Step()
    {
        poked = false;
        int count = inbox.Take(ref batch);
        for (int i = 0; i < count; i++)
        {
            Handle(ref batch[i]);
            batch[i] = default;
        }

        Unblock();
        foreach (ProviderLink link in all)
        {
            Fill(link);
        }

        return inbox.HasItems || poked;
    }

    private void Tell(in DispatchEvent told)
    {
        inbox.TryAdd(told);
        Wake();
    }

    private void Handle(ref DispatchEvent told)
    {
        switch (told.Kind)
        {
            case DispatchEventKind.Offer:
                OnOffer(told);
                break;
            case DispatchEventKind.Answer:
                OnAnswer((ReleaseAsk)told.Target!);
                break;
            case DispatchEventKind.Settled:
                OnSettled(told);
                break;
            case DispatchEventKind.Forget:
                foreach (DispatchLane lane in lanes.Values)
                {
                    lane.Forget(told.Shard);
                    ForgetIfUnused(lane);
                }

                break;
            case DispatchEventKind.Attach:
                OnAttach((ProviderLink)told.Target!);
                break;
            case DispatchEventKind.Detach:
                OnDetach(told.Shard);
                break;
            case DispatchEventKind.Health:
                OnHealth(told.Shard, told.Count == 1);
                break;
            case DispatchEventKind.Drain:
                OnDrain(told.Shard, told.Count == 1);
                break;
            case DispatchEventKind.Configure:
                OnConfigure();
                break;
            default:
                throw new InvalidOperationException($"no such event: {told.Kind}");
        }
    }

    private void OnSettled(in DispatchEvent told)
    {
        if (!links.TryGetValue(told.Shard, out ProviderLink? link))
        {
            return;
        }

        link.InFlight -= told.Outcomes.Total;
        if (link.Breaker.Count(told.Outcomes, engine.Timestamp))
        {
            OnBreaker(link);
        }

        if (told.Outcomes.Throttled > 0)
        {
            if (engine.Timestamp < link.PausedUntil && told.Outcomes.RetryAfterMs == 0)
            {
                return; // of the same burst: one reason to slow
            }

            link.PauseMs = told.Outcomes.RetryAfterMs > 0 ? told.Outcomes.RetryAfterMs : Math.Clamp(link.PauseMs * 2, PauseFirstMs, PauseLastMs);
            link.PausedUntil = engine.Timestamp + engine.Ticks(link.PauseMs);
        }
        else if (engine.Timestamp >= link.PausedUntil)
        {
            link.PauseMs = 0;
        }
    }
}
