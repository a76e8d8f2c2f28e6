using System.Net;
using Microsoft.Extensions.Logging.Console;
using Orleans.Configuration;
using Orleans.Storage;
using Router.Engine;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Sealing;
using Router.FrontDoor;
using Router.Grains;
using Router.Host.Settings;
using Router.Providers.Loopback;
using Router.Providers.Smpp;
using Router.Storage.Sqlite;

namespace Router.Host.Wiring;

/// <summary>Puts the parts together: store, engine, silo, front door, in one process and one container.</summary>
internal static class RouterProgram
{
    /// <summary>Serves until told to stop, then drains (DESIGN §6).</summary>
    public static async Task RunAsync(HostSettings settings)
    {
        using ILoggerFactory logs = LoggerFactory.Create(log => AddLogs(log, settings));
        SqliteStore store = SqliteStore.Open(new SqliteStoreOptions { Path = settings.StoragePath }, TimeProvider.System, logs);
        await using (store.ConfigureAwait(false))
        {
            WebApplication app = Build(settings, store);
            await using (app.ConfigureAwait(false))
            {
                app.MapRouter();
                await app.StartAsync().ConfigureAwait(false);
                await app.WaitForShutdownAsync().ConfigureAwait(false);
            }
        }
    }

    private static WebApplication Build(HostSettings settings, SqliteStore store)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        AddLogs(builder.Logging, settings);
        builder.WebHost.UseUrls(settings.HttpUrl.ToString());
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
        IServiceCollection services = builder.Services;
        services.Configure<HostOptions>(static o => o.ShutdownTimeout = TimeSpan.FromSeconds(30));
        services.AddSingleton(settings);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IJournal>(store.Journal);
        services.AddSingleton(store.Sealer);
        services.AddSingleton(store.Hash);
        services.AddKeyedSingleton<IGrainStorage>(RouterSilo.StorageName, store.GrainStorage);
        services.AddSingleton<IProviderFactory, LoopbackProviderFactory>();
        services.AddSingleton<IProviderFactory, SmppProviderFactory>();
        services.AddSingleton(static s => new SiloEngine(
            s.GetRequiredService<IJournal>(),
            s.GetRequiredService<IRecordSealer>(),
            s.GetRequiredService<IKeyedHash>(),
            s.GetServices<IProviderFactory>(),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<HostSettings>().Engine,
            s.GetRequiredService<ILoggerFactory>(),
            Random.Shared.Next()));
        services.AddHostedService<EngineService>(); // before the silo and Kestrel: it starts first and drains first
        AddSilo(builder, settings);
        services.AddRouterFrontDoor(new FrontDoorOptions { OperatorKey = settings.OperatorKey, StreamInFlightMax = settings.StreamInFlightMax });
        services.AddHostedService<Announcement>();
        return builder.Build();
    }

    private static void AddSilo(WebApplicationBuilder builder, HostSettings settings) => builder.UseOrleans(silo =>
    {
        IPEndPoint address = settings.ClusterAddress ?? new IPEndPoint(IPAddress.Loopback, FreePorts.Next());
        silo.UseLocalhostClustering(address.Port, gatewayPort: 0, primarySiloEndpoint: address, serviceId: "router", clusterId: "router");
        silo.Configure<EndpointOptions>(o =>
        {
            o.AdvertisedIPAddress = address.Address;
            o.SiloPort = address.Port;
            o.GatewayPort = 0;
            o.SiloListeningEndpoint = address;
        });
        silo.AddRouter(new RouterSiloOptions());
    });

    private static void AddLogs(ILoggingBuilder log, HostSettings settings)
    {
        log.ClearProviders();
        log.SetMinimumLevel(settings.LogLevel < LogLevel.Warning ? LogLevel.Warning : settings.LogLevel);
        log.AddFilter("Router", settings.LogLevel);
        log.AddFilter("Orleans", settings.LogLevel < LogLevel.Error ? LogLevel.Error : settings.LogLevel);
        if (settings.LogJson)
        {
            log.AddJsonConsole(static o => o.UseUtcTimestamp = true);
        }
        else
        {
            log.AddSimpleConsole(static o =>
            {
                o.SingleLine = true;
                o.UseUtcTimestamp = true;
                o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
                o.ColorBehavior = LoggerColorBehavior.Disabled;
            });
        }
    }
}
