using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Router.Host.Settings;

namespace Router.Host;

/// <summary>
/// Metrics at <c>/metrics</c> (Prometheus text, without a key, like the other probes: bind or proxy it as you see fit) and, where <c>Telemetry:OtlpEndpoint</c> is set, metrics and traces by OTLP.
/// Content, addresses and secrets are in neither (DESIGN §4.8): all tags are words, names of providers, numbers.
/// </summary>
internal static class TelemetrySetup
{
    private const string Service = "router";
    private const string Hosting = "Microsoft.AspNetCore.Hosting";

    // Router's own, Orleans' and the framework's (GC, thread pool, HTTP server).
    private static readonly string[] Meters = ["Router.*", "Microsoft.Orleans", "System.Runtime", Hosting, "Microsoft.AspNetCore.Server.Kestrel"];

    // Series an instrument may have. Each has room for all from the start: at OpenTelemetry's 2,000 the two hundred of Orleans and the runtime, which have a handful each, took 40 MB.
    private const int SeriesMax = 100;
    private static readonly MetricStreamConfiguration Few = new() { CardinalityLimit = SeriesMax };

    /// <summary>Adds what <see cref="MapMetrics"/> needs.</summary>
    public static void AddRouterTelemetry(this IServiceCollection services, HostSettings settings)
    {
        OpenTelemetry.OpenTelemetryBuilder telemetry = services.AddOpenTelemetry().ConfigureResource(static r => r.AddService(Service)).WithMetrics(metrics =>
        {
            metrics.AddMeter(Meters).AddView(static i => HasMany(i.Meter.Name) ? null : Few).AddPrometheusExporter();
            if (settings.OtlpEndpoint is { } endpoint)
            {
                metrics.AddOtlpExporter(o => o.Endpoint = endpoint);
            }
        });
        if (settings.OtlpEndpoint is { } to)
        {
            telemetry.WithTracing(traces => traces
                .AddSource("Router.*") // not Orleans': its spans name grains by their keys
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(settings.TraceRatio)))
                .AddOtlpExporter(o => o.Endpoint = to));
        }
    }

    // Providers and endpoints are tags there.
    private static bool HasMany(string meter) => meter == Hosting || meter.StartsWith("Router.", StringComparison.Ordinal);

    /// <summary>Maps <c>/metrics</c>.</summary>
    public static void MapMetrics(this WebApplication app) => app.MapPrometheusScrapingEndpoint("/metrics");
}
