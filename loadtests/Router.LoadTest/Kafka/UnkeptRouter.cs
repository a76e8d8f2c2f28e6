using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Router.Engine.Journal;
using Router.Host;
using Router.Host.Settings;
using Router.Storage.Sqlite;

namespace Router.LoadTest.Kafka;

/// <summary>
/// The host with a journal that keeps nothing, as a child: what all but keeping costs. Composed here and nowhere else, so that no setting of the product can bring it about. Records are sealed
/// as ever; nothing is written to disk but what is configured.
/// </summary>
internal static class UnkeptRouter
{
    internal const string Command = "unkept-router";

    internal static async Task<int> RunAsync(string[] arguments)
    {
        (HostSettings? settings, IReadOnlyList<string> mistakes) = SettingsReader.Read(arguments, AppContext.BaseDirectory);
        if (settings is null)
        {
            await Console.Error.WriteLineAsync(string.Join('\n', mistakes));
            return 1;
        }

        SqliteStoreOptions options = SqliteStoreOptions.For(settings.StoragePath, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        await using SqliteStore store = SqliteStore.Open(options, TimeProvider.System, NullLoggerFactory.Instance);
        using var journal = new UnkeptJournal(store.Journal);
        await using WebApplication app = RouterHost.Build(settings, store, services => services.AddSingleton<IJournal>(journal).AddSingleton(journal.Events));
        await app.StartAsync();
        await app.WaitForShutdownAsync();
        return 0;
    }
}
