using System.Collections.Immutable;

namespace Router.Engine.Dispatch;

/// <content>Providers come and go, go up and down.</content>
internal sealed partial class Dispatcher
{
    /// <summary>Adds or replaces a provider's link; what the one before has in flight is counted on.</summary>
    public void Attach(ProviderLink link) => Tell(new DispatchEvent { Kind = DispatchEventKind.Attach, Target = link });

    /// <summary>Takes a provider away; what it is asked to carry meanwhile comes back as not sent.</summary>
    public void Detach(int provider) => Tell(new DispatchEvent { Kind = DispatchEventKind.Detach, Shard = provider });

    /// <summary>A provider went up or down.</summary>
    public void HealthChanged(int provider, bool up) => Tell(new DispatchEvent { Kind = DispatchEventKind.Health, Shard = provider, Count = up ? 1 : 0 });

    /// <summary>A provider drains, or does no longer.</summary>
    public void Drain(int provider, bool drains) => Tell(new DispatchEvent { Kind = DispatchEventKind.Drain, Shard = provider, Count = drains ? 1 : 0 });

    /// <summary>Segments in flight, over all providers.</summary>
    public int InFlight => all.Sum(static link => Math.Max(link.InFlight, 0));

    /// <summary>The links; for display.</summary>
    public IReadOnlyList<ProviderLink> Links => all;

    private void OnAttach(ProviderLink link)
    {
        int number = link.Account.Number;
        if (links.TryGetValue(number, out ProviderLink? before))
        {
            before.Closed = true;
            link.Succeed(before);
        }

        Swap(links.SetItem(number, link));
        foreach (DispatchLane lane in lanes.Values)
        {
            if (lane.Key.Provider == number)
            {
                lane.Queued = false; // it stood in the other link's turn
                if (lane.HasReady)
                {
                    link.Add(lane);
                }
            }
        }
    }

    private void OnDetach(int provider)
    {
        if (links.TryGetValue(provider, out ProviderLink? link))
        {
            link.Closed = true; // it stays until nothing of it is in flight: should the provider come back, that counts
            foreach (DispatchLane lane in lanes.Values)
            {
                if (lane.Key.Provider == provider)
                {
                    lane.Queued = false;
                    lane.ForgetAll();
                    ForgetIfUnused(lane);
                }
            }

            engine.RerouteAll(isBack: false);
        }
    }

    private void RemoveIfSettled(ProviderLink link)
    {
        if (link is { InFlight: <= 0, Unkept: <= 0 } && links.TryGetValue(link.Account.Number, out ProviderLink? now) && now == link)
        {
            Swap(links.Remove(link.Account.Number));
        }
    }

    private void OnHealth(int provider, bool up)
    {
        if (links.TryGetValue(provider, out ProviderLink? link) && !link.Closed && link.Up != up)
        {
            link.Up = up;
            engine.RerouteAll(isBack: up);
        }
    }

    private void OnDrain(int provider, bool drains)
    {
        if (links.TryGetValue(provider, out ProviderLink? link) && link.Draining != drains)
        {
            link.Draining = drains;
            engine.RerouteAll(isBack: !drains);
        }
    }

    private void OnBreaker(ProviderLink link)
    {
        engine.Log.Breaker(link.Account.Name, link.Breaker.State);
        switch (link.Breaker.State)
        {
            case BreakerState.Open:
                engine.PokeDispatcherAt(link.Breaker.OpenUntil);
                engine.RerouteAll(isBack: false);
                break;
            case BreakerState.HalfOpen:
                break; // what waits at this one, for want of another, is tried; else what comes next
            case BreakerState.Closed:
                engine.RerouteAll(isBack: true);
                break;
            default:
                throw new InvalidOperationException($"no such state: {link.Breaker.State}");
        }
    }

    private void Swap(ImmutableDictionary<int, ProviderLink> now)
    {
        links = now;
        all = [.. now.Values];
    }
}
