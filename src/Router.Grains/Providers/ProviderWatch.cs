using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Router.Engine;
using Router.Grains.Administration;

namespace Router.Grains.Providers;

/// <summary>
/// Watches this silo's sessions with providers and reports what lasts to <see cref="IProviderHealthGrain"/>: a link that flaps is reported once it rests. Starts with the silo's
/// activity.
/// </summary>
internal sealed partial class ProviderWatch(SiloEngine engine, ConfigurationHolder holder, IGrainFactory grains, ILocalSiloDetails silo, TimeProvider time, RouterSiloOptions options, ILogger<ProviderWatch> log)
    : SiloLoop
{
    // So often what is known is reported anew: to a grain that woke elsewhere after its silo died.
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<int, Seen> all = new();

    /// <inheritdoc/>
    public override void Participate(ISiloLifecycle lifecycle)
    {
        engine.HealthTold = OnHealth; // before the first configuration makes the first provider
        base.Participate(lifecycle);
    }

    /// <summary>Whether a provider that runs here has no session now.</summary>
    public bool IsDown(int provider) => all.TryGetValue(provider, out Seen? seen) && !seen.Up;

    private void OnHealth(int provider, bool up) => all.AddOrUpdate(
        provider,
        static (_, told) => new Seen(told.Up, told.Now, null, 0),
        static (_, before, told) => before.Up == told.Up ? before : before with { Up = told.Up, Since = told.Now },
        (Up: up, Now: time.GetTimestamp()));

    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(options.HealthRest / 2, time, stop);
            foreach ((int provider, Seen seen) in all)
            {
                if (IsDue(seen))
                {
                    await ReportAsync(provider, seen);
                }
                else if (seen.Reported == seen.Up && holder.Current.FindProvider(provider) is null)
                {
                    all.TryRemove(new KeyValuePair<int, Seen>(provider, seen));
                }
            }
        }
    }

    private bool IsDue(Seen seen) => seen.Reported == seen.Up
        ? time.GetElapsedTime(seen.ReportedAt) >= ReportInterval
        : time.GetElapsedTime(seen.Since) >= (seen is { Up: false, Reported: null } ? options.HealthFirst : options.HealthRest);

    private async Task ReportAsync(int provider, Seen seen)
    {
        try
        {
            if (await grains.GetGrain<IProviderHealthGrain>(provider).ReportAsync(silo.SiloAddress, seen.Up))
            {
                // Where it has changed meanwhile, that is reported next.
                all.TryUpdate(provider, seen with { Reported = seen.Up, ReportedAt = time.GetTimestamp() }, seen);
            }
        }
#pragma warning disable CA1031 // A storage's fault in an activation comes as whatever it threw; the answer to all is: report again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotReported(provider, exception.GetType().Name);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "the health of provider {Provider} could not be reported ({Fault}); trying again")]
    private partial void LogNotReported(int provider, string fault);

    private sealed record Seen(bool Up, long Since, bool? Reported, long ReportedAt);
}
