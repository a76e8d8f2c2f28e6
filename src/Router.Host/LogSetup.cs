using Microsoft.Extensions.Logging.Console;
using Router.Host.Settings;

namespace Router.Host;

/// <summary>Logs to stdout: one line an event, as text or JSON, in UTC. What lies below Router is quiet unless something is wrong.</summary>
internal static class LogSetup
{
    /// <summary>Adds it.</summary>
    public static ILoggingBuilder AddRouterLog(this ILoggingBuilder log, HostSettings settings)
    {
        const string Timestamp = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        log.ClearProviders();
        log.SetMinimumLevel(LogLevel.Warning);
        log.AddFilter("Router", settings.LogLevel);

        // Orleans tells every call that fails while a silo goes, every activation that a store's fault ends, every placement tried again, and advises on garbage
        // collection; what became of the shards Router tells itself, once.
        log.AddFilter("Orleans", Higher(settings.LogLevel, LogLevel.Error));
        log.AddFilter("Orleans.Grain", LogLevel.None);
        log.AddFilter("Orleans.Messaging", LogLevel.None);
        log.AddFilter("Router.Storage.GrainState", LogLevel.None); // Orleans' words under our name, with a stack, each time that the store refuses a grain
        log.AddFilter("Polly", LogLevel.None);

        // A start that fails is told by RouterProgram, with the setting and the remedy; here it would come with its whole stack.
        log.AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical);
        log.AddFilter("Router.Grains.Catalog.SnapshotService", Higher(settings.LogLevel, LogLevel.Warning));
        return settings.LogJson
            ? log.AddJsonConsole(static o =>
            {
                o.TimestampFormat = Timestamp.TrimEnd();
                o.UseUtcTimestamp = true;
            })
            : log.AddSimpleConsole(static o =>
            {
                o.SingleLine = true;
                o.TimestampFormat = Timestamp;
                o.UseUtcTimestamp = true;
                o.ColorBehavior = LoggerColorBehavior.Disabled;
            });
    }

    private static LogLevel Higher(LogLevel left, LogLevel right) => left > right ? left : right;
}
