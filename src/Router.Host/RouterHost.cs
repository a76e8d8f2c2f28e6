using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Router.Engine;
using Router.Engine.Providers;
using Orleans.Dashboard;
using Router.FrontDoor;
using Router.FrontDoor.Access;
using Router.Host.Settings;
using Router.Providers.Loopback;
using Router.Providers.Smpp;
using Router.Storage;
using Router.Storage.Sqlite;

namespace Router.Host;

/// <summary>Wires the parts together, nothing else. They stop in the reverse order of their registration: web server, drain, silo; the caller then closes the store.</summary>
internal static class RouterHost
{
    // What is kept of an answer that its client does not read; a flush of events is a little more, so that one of them waits and no two.
    private const long ResponseBufferBytes = 32 * 1024;

    /// <summary>Makes the host over an open store, which stays the caller's.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="store">The store.</param>
    /// <param name="instead">What takes the place of a part, for those who measure the others: the program never gives it.</param>
    public static WebApplication Build(HostSettings settings, SqliteStore store, Action<IServiceCollection>? instead = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.AddRouterLog(settings);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSqliteStore(store);
        instead?.Invoke(builder.Services);
        builder.Services.AddRouterEngine(settings.Engine);
        builder.AddRouterSilo(settings);
        builder.Services.AddHostedService(s => ActivatorUtilities.CreateInstance<OperatorKeyMaker>(s, settings));

        builder.Services.AddRouterFrontDoor(settings.FrontDoor);
        builder.Services.AddRouterTelemetry(settings);
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, settings.HttpUrl));

        WebApplication app = builder.Build();
        app.UseRouting();
        app.MapRouter();
        app.MapMetrics();
        app.MapOrleansDashboard(routePrefix: "/admin/grains").RequireOperator();
        return app;
    }

    private static void AddRouterEngine(this IServiceCollection services, EngineOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<IProviderFactory, LoopbackProviderFactory>();
        services.AddSingleton<IProviderFactory, SmppProviderFactory>();
        services.AddSingleton(static s => ActivatorUtilities.CreateInstance<SiloEngine>(s, RandomNumberGenerator.GetInt32(int.MaxValue)));
    }

    private static void Listen(KestrelServerOptions kestrel, Uri url)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxResponseBufferSize = ResponseBufferBytes;
        if (IPAddress.TryParse(url.IdnHost, out IPAddress? address))
        {
            kestrel.Listen(address, url.Port);
        }
        else if (url.Port != 0)
        {
            kestrel.ListenLocalhost(url.Port);
        }
        else
        {
            kestrel.Listen(IPAddress.Loopback, 0); // two families can't be given the same free port
        }
    }
}
