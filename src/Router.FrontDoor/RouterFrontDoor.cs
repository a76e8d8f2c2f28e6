using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Router.Engine.Accepting;
using Router.Engine.Journal;
using Router.FrontDoor.Accepting;
using Router.FrontDoor.Access;
using Router.FrontDoor.Access.Tokens;
using Router.FrontDoor.Administration;
using Router.FrontDoor.Audit;
using Router.FrontDoor.Contacts;
using Router.FrontDoor.Conversations;
using Router.FrontDoor.Dashboard;
using Router.FrontDoor.Events;
using Router.FrontDoor.Health;
using Router.FrontDoor.Messages;
using Router.FrontDoor.OpenApi;
using Router.FrontDoor.Problems;
using Router.FrontDoor.Templates;
using Router.FrontDoor.Webhooks;
using Router.Grains.Streams;
using Router.Grains.Webhooks;

namespace Router.FrontDoor;

/// <summary>The front door: HTTP API, keys, events (DESIGN §6).</summary>
public static class RouterFrontDoor
{
    /// <summary>
    /// Adds what <see cref="MapRouter"/> needs. Expects from the caller: <c>IAdministration</c>, <c>IShards</c>, <c>IConversations</c>, <c>IWebhooks</c>, <c>IJournal</c>, <c>IAuditLog</c>,
    /// <c>IKeyedHash</c>, <see cref="TimeProvider"/>, <c>IDeadLetters</c>, and each kind's <c>IProviderFactory</c>.
    /// </summary>
    /// <exception cref="ArgumentException">An option is wrong; the message says which and how to right it.</exception>
    public static IServiceCollection AddRouterFrontDoor(this IServiceCollection services, FrontDoorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { } wrong)
        {
            throw new ArgumentException(wrong, nameof(options));
        }

        services.AddSingleton(options);
        services.AddSingleton<Doorkeeper>();
        if (options.Oidc.Authority is not null)
        {
            services.AddSingleton<IssuerWatch>();
            services.AddHostedService(static s => s.GetRequiredService<IssuerWatch>());
            services.AddSingleton<TokenDesk>();
        }

        services.AddMetrics();
        services.AddSingleton<FrontDoorCounts>();
        services.TryAddSingleton<RequestMaker>();
        services.AddSingleton<KeysInFlight>();
        services.TryAddSingleton<AcceptRequestPool>();
        services.TryAddSingleton(ArrayPool<byte>.Shared);
        services.AddSingleton<SingleAccept.Pool>();
        services.AddSingleton<LineStreamServices>();
        services.AddSingleton<AcceptEndpoints>();
        services.AddSingleton<MessageOverlay>();
        services.AddSingleton<ShownMessages>();
        services.AddSingleton<VerdictWait>();
        services.AddSingleton<RateLimitHeaders>();
        services.AddSingleton<MessageEndpoints>();
        services.AddSingleton<ConversationLookup>();
        services.AddSingleton<ConversationEndpoints>();
        services.AddSingleton<LogTurns>();
        services.AddSingleton<EventStreamServices>();
        services.AddSingleton<EventEndpoints>();
        services.AddSingleton<ContactEndpoints>();
        services.AddSingleton<EventComposer>();
        services.AddSingleton<IEventBodies, EventBodyComposer>();
        services.AddSingleton<EventFinder>();
        services.TryAddSingleton<IHostResolver, DnsResolver>();
        services.TryAddSingleton(new WebhookTimes());
        services.AddSingleton<WebhookClient>();
        services.AddSingleton<WebhookSlots>();
        services.AddSingleton(static s => new EventFan(s.GetRequiredService<IJournal>().Events, s.GetRequiredService<WebhookTimes>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<WebhookServices>();
        services.AddSingleton<IWebhookDelivery, WebhookDelivery>();
        services.AddSingleton<WebhookEndpoints>();
        services.AddSingleton<FlagEndpoints>();
        services.AddSingleton<ConsentEndpoints>();
        services.AddSingleton<TemplateEndpoints>();
        services.AddSingleton<TenantEndpoints>();
        services.AddSingleton<KeyEndpoints>();
        services.AddSingleton<ChangeAudit>();
        services.AddSingleton<AuditEndpoints>();
        services.AddSingleton<ProviderEndpoints>();
        services.AddSingleton<RouteEndpoints>();
        services.AddSingleton<ShardEndpoints>();
        services.AddSingleton<DeadLetterEndpoints>();
        services.AddSingleton<QueueEndpoints>();
        services.AddSingleton<SiloEndpoints>();
        services.AddSingleton<UsageEndpoints>();
        services.AddSingleton<SlowClients>();
        services.AddSingleton<HealthEndpoints>();
        services.AddSingleton<LiveFeed>();
        services.AddSingleton<LiveEndpoints>();
        services.AddSingleton<DashboardEndpoints>();

        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = options.ConnectionsMax;

            // Each endpoint sets its own, lower limit; streams of lines lift it.
            kestrel.Limits.MaxRequestBodySize = 2 * 1024 * 1024;
        });

        // These tell URLs, which may hold addresses (DESIGN §4.8): never, whatever level is set for the rest.
        services.AddLogging(static log => log
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
            .AddFilter("Microsoft.AspNetCore.Routing", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Warning));
        return services;
    }

    /// <summary>Maps every endpoint, and the middleware that turns errors into problem details. Call it before any other middleware is added.</summary>
    public static WebApplication MapRouter(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<ProblemMiddleware>();
        IServiceProvider services = app.Services;
        var endpoints = new Endpoints(app, services.GetRequiredService<Doorkeeper>(), services.GetService<TokenDesk>(), services.GetRequiredService<ChangeAudit>());
        services.GetRequiredService<AcceptEndpoints>().Map(endpoints);
        services.GetRequiredService<MessageEndpoints>().Map(endpoints);
        services.GetRequiredService<ConversationEndpoints>().Map(endpoints);
        services.GetRequiredService<EventEndpoints>().Map(endpoints);
        services.GetRequiredService<ContactEndpoints>().Map(endpoints);
        services.GetRequiredService<WebhookEndpoints>().Map(endpoints);
        services.GetRequiredService<FlagEndpoints>().Map(endpoints);
        services.GetRequiredService<ConsentEndpoints>().Map(endpoints);
        services.GetRequiredService<TemplateEndpoints>().Map(endpoints);
        services.GetRequiredService<TenantEndpoints>().Map(endpoints);
        services.GetRequiredService<KeyEndpoints>().Map(endpoints);
        services.GetRequiredService<AuditEndpoints>().Map(endpoints);
        services.GetRequiredService<ProviderEndpoints>().Map(endpoints);
        services.GetRequiredService<RouteEndpoints>().Map(endpoints);
        services.GetRequiredService<ShardEndpoints>().Map(endpoints);
        services.GetRequiredService<DeadLetterEndpoints>().Map(endpoints);
        services.GetRequiredService<QueueEndpoints>().Map(endpoints);
        services.GetRequiredService<SiloEndpoints>().Map(endpoints);
        services.GetRequiredService<UsageEndpoints>().Map(endpoints);
        services.GetRequiredService<HealthEndpoints>().Map(app);
        services.GetRequiredService<LiveEndpoints>().Map(endpoints);
        services.GetRequiredService<DashboardEndpoints>().Map(app);
        DocumentEndpoints.Map(app);
        return app;
    }
}
