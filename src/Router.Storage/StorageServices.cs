using Microsoft.Extensions.DependencyInjection;
using Router.Engine.Audit;
using Router.Engine.Journal;
using Router.Engine.Sealing;
using Router.Grains;
using Router.Grains.Tenants;
using Router.Storage.Sealing;
using Router.Storage.Sqlite;

namespace Router.Storage;

/// <summary>Registers the embedded store for the host.</summary>
public static class StorageServices
{
    /// <summary>
    /// Adds <paramref name="store"/> and its ports: <see cref="IJournal"/>, <see cref="IEventLog"/>, <see cref="IAuditLog"/>, <see cref="IRecordSealer"/>, <see cref="IKeyedHash"/> and the grain storage
    /// <see cref="RouterSilo.StorageName"/> with its <see cref="IStateRemoval"/>. The host opens the store first, so that its faults stop the start with their remedy, and disposes it last, after the silo.
    /// </summary>
    public static IServiceCollection AddSqliteStore(this IServiceCollection services, SqliteStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        services.AddSingleton(store.Journal);
        services.AddSingleton(store.Journal.Events);
        services.AddSingleton(store.Audit);
        services.AddSingleton<ITenantRemains>(new TenantKeyRemains(store));
        services.AddSingleton(store.Sealer);
        services.AddSingleton(store.Hash);
        services.AddKeyedSingleton(RouterSilo.StorageName, store.GrainStorage);
        services.AddSingleton(store.GrainStates);
        return services;
    }
}
