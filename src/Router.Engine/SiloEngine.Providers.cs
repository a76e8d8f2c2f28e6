using Router.Core.Tenants;
using Router.Engine.Dispatch;
using Router.Engine.Providers;
using Router.Engine.Shards;

namespace Router.Engine;

/// <content>Providers: made, changed and stopped with the configuration; what they tell goes to whoever owns the shard.</content>
public sealed partial class SiloEngine
{
    private static readonly TimeSpan ProviderStopTime = TimeSpan.FromSeconds(10);
    private readonly Dictionary<int, RunningProvider> providers = [];
    private readonly Lock configurationGate = new();

    /// <summary>Whether a kind of provider carries media; false for a kind that is not known here.</summary>
    public bool CarriesMedia(string kind) => factories.TryGetValue(kind, out IProviderFactory? factory) && factory.CarriesMedia;

    /// <summary>Swaps the configuration whole: providers that are new start, those that changed settle what is in flight and are replaced, those that are gone or disabled stop at once (R1.6).</summary>
    public void Apply(Configuration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        lock (configurationGate)
        {
            if (configuration.Version < Configuration.Version)
            {
                return;
            }

            Configuration = configuration;
            var changed = new Dictionary<int, RunningProvider>();
            foreach (int number in providers.Keys.ToArray())
            {
                ProviderAccount? account = configuration.FindProvider(number);
                if (account is { Settings.Enabled: true } && factories.ContainsKey(account.Settings.Kind))
                {
                    if (!Same(account.Settings, providers[number].Account.Settings))
                    {
                        changed.Add(number, Take(number));
                    }
                }
                else
                {
                    Dispatcher.Detach(number);
                    _ = Take(number).StopAsync();
                }
            }

            foreach (ProviderAccount account in configuration.Providers)
            {
                Dispatcher.Drain(account.Number, account.IsDraining);
                if (account.Settings.Enabled && !providers.ContainsKey(account.Number) && factories.TryGetValue(account.Settings.Kind, out IProviderFactory? factory))
                {
                    var events = new InstanceEvents(this);
                    IProvider provider = factory.Create(account, events, Hash, Time, seeds.Next());
                    var running = new RunningProvider(this, account, provider, events);
                    providers.Add(account.Number, running);
                    var breaker = new CircuitBreaker(Time.TimestampFrequency, new Random(seeds.Next()));
                    Dispatcher.Attach(new ProviderLink(account, provider, breaker, Time) { Draining = account.IsDraining });
                    TellHealth(account.Number, up: false);
                    running.Start(changed.GetValueOrDefault(account.Number));
                }
            }

            foreach (Tenant tenant in configuration.Tenants)
            {
                Credit.SetLine(tenant.Number, tenant.Credit);
            }

            Dispatcher.Configure();
            foreach (ShardOwner? owner in owners)
            {
                owner?.Configure(configuration);
            }
        }
    }

    /// <summary>How the providers are here, for people; those that are disabled or of no kind known here are left out.</summary>
    public IReadOnlyList<ProviderLook> LookAtProviders()
    {
        long now = Timestamp;
        return [.. Dispatcher.Links.Where(static l => !l.Closed).Select(link => new ProviderLook
        {
            Number = link.Account.Number,
            IsUp = link.Up,
            IsDraining = link.Draining,
            Breaker = link.Breaker.State,
            InFlight = Math.Max(0, link.InFlight),
            Unkept = Math.Max(0, link.Unkept),
            Window = link.Window,
            Lanes = link.Lanes,
            IsPaused = now < link.PausedUntil,
            Good = link.Outcomes.Of(OutcomeKind.Sent) + link.Outcomes.Of(OutcomeKind.Refused),
            Bad = link.Outcomes.Of(OutcomeKind.Failed) + link.Outcomes.Of(OutcomeKind.Unknown),
            Throttled = link.Outcomes.Of(OutcomeKind.Throttled),
            Outcomes = link.Outcomes.All(),
            LatencyHalf = link.Latency.Recent.Quantile(0.5, UnixMs),
            LatencyMost = link.Latency.Recent.Quantile(0.99, UnixMs),
            Status = link.Provider.Status,
        })];
    }

    /// <inheritdoc/>
    public void Settle(ReadOnlySpan<Outcome> outcomes)
    {
        int from = 0;
        while (from < outcomes.Length)
        {
            int provider = outcomes[from].Provider;
            OutcomeCounts counts = default;
            int to = from;
            for (; to < outcomes.Length && outcomes[to].Provider == provider; to++)
            {
                counts.Add(outcomes[to]);
            }

            ProviderLink? link = Dispatcher.LinkOf(provider);
            Dispatcher.Settled(provider, counts);
            for (; from < to; from++)
            {
                if (link is not null)
                {
                    link.Outcomes.Add(outcomes[from].Kind);
                    if (link.Latency.Told(outcomes[from].Message, out TimeSpan took))
                    {
                        Meter.Answered(link.Account.Name, took);
                    }
                }

                if (outcomes[from].Kind == OutcomeKind.Sent && outcomes[from].ReceiptKey != 0)
                {
                    Receipts.Expect(outcomes[from].ReceiptKey, outcomes[from].Message);
                }

                var command = new UrgentCommand { Kind = CommandKind.Outcome, Outcome = outcomes[from] };
                if (!Post(outcomes[from].Message.Shard, command))
                {
                    Dispatcher.OutcomeKept(provider); // its owner is gone: a new epoch finds the message unfinished and tries again (DESIGN §4.4)
                }
            }
        }
    }

    /// <inheritdoc/>
    public void HealthChanged(int provider, bool up)
    {
        Log.ProviderHealth(Configuration.FindProvider(provider)?.Name ?? "(removed)", up, expected: draining);
        Dispatcher.HealthChanged(provider, up);
        TellHealth(provider, up);
    }

    /// <summary>Has every owner here look for another provider for what waits at one that takes nothing.</summary>
    /// <param name="isBack">One takes again: what waits at others, too, may be meant for it.</param>
    internal void RerouteAll(bool isBack)
    {
        for (int shard = 0; shard < owners.Length; shard++)
        {
            Post(shard, new UrgentCommand { Kind = isBack ? CommandKind.RerouteAll : CommandKind.Reroute });
        }
    }

    /// <summary>Gives departures back that no provider took.</summary>
    internal void SettleUnsent(int provider, ReadOnlySpan<Departure> departures)
    {
        foreach (ref readonly Departure departure in departures)
        {
            RecordPool.Shared.Return(departure.Record, departure.RecordLength);
            for (int segment = departure.FirstSegment; segment < departure.FirstSegment + departure.SegmentCount; segment++)
            {
                if (departure.SegmentsDone is { } done && ((done[segment >> 3] >> (segment & 7)) & 1) != 0)
                {
                    continue;
                }

                Settle([new Outcome { Provider = provider, Message = departure.Id, Segment = (byte)segment, Epoch = departure.Epoch, Kind = OutcomeKind.Unsent }]);
            }
        }
    }

    // Everything but cost and region, which only routes look at.
    private static bool Same(ProviderSettings left, ProviderSettings right) =>
        left.Kind == right.Kind && left.Settings == right.Settings && left.Limits == right.Limits && left.Channels.SequenceEqual(right.Channels, StringComparer.Ordinal);

    private RunningProvider Take(int number)
    {
        providers.Remove(number, out RunningProvider? running);
        running!.Events.Retire();
        TellHealth(number, up: false);
        return running;
    }

    private async Task DrainProvidersAsync(CancellationToken cancellationToken)
    {
        List<RunningProvider> all;
        lock (configurationGate)
        {
            all = [.. providers.Values];
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ProviderStopTime);
        await Task.WhenAll(all.Select(p => p.DrainAsync(limit.Token))).ConfigureAwait(false);
    }

    private async Task DisposeProvidersAsync()
    {
        List<RunningProvider> all;
        lock (configurationGate)
        {
            all = [.. providers.Values];
            providers.Clear();
        }

        foreach (RunningProvider running in all)
        {
            await running.StopAsync().ConfigureAwait(false);
        }
    }

    // One instance of a provider's account. Its outcomes and receipts count however late they come; its health does not once another took its place.
    private sealed class InstanceEvents(SiloEngine engine) : IProviderEvents
    {
        private volatile bool retired;

        public void Retire() => retired = true;

        public void Settle(ReadOnlySpan<Outcome> outcomes) => engine.Settle(outcomes);

        public void Receive(in Receipt receipt, Action<object?, long, bool> acknowledge, object? state, long token) => engine.Receive(receipt, acknowledge, state, token);

        public void Receive(in InboundMessage message, Action<object?, long, bool> acknowledge, object? state, long token) => engine.Receive(message, acknowledge, state, token);

        public void HealthChanged(int provider, bool up)
        {
            if (!retired)
            {
                engine.HealthChanged(provider, up);
            }
        }
    }
}
