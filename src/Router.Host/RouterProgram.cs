using Microsoft.AspNetCore.Connections;
using Router.Host.Settings;
using Router.Storage;
using Router.Storage.Sqlite;

namespace Router.Host;

/// <summary>The program: reads the settings, opens the store, runs the host until it is told to stop.</summary>
internal static partial class RouterProgram
{
    /// <summary>Runs; the process's exit code.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        (HostSettings? settings, IReadOnlyList<string> mistakes) = SettingsReader.Read(arguments, AppContext.BaseDirectory, Directory.GetCurrentDirectory());
        if (settings is null)
        {
            foreach (string mistake in mistakes)
            {
                await Console.Error.WriteLineAsync(mistake);
            }

            return ExitCode.Settings;
        }

        using ILoggerFactory logs = LoggerFactory.Create(log => log.AddRouterLog(settings));
        try
        {
            await using SqliteStore store = SqliteStore.Open(new SqliteStoreOptions { Path = settings.StoragePath }, TimeProvider.System, logs);
            return await RunAsync(settings, store, logs.CreateLogger("Router"));
        }
        catch (StorageException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return ExitCode.Storage;
        }
    }

    private static async Task<int> RunAsync(HostSettings settings, SqliteStore store, ILogger log)
    {
        await using WebApplication app = RouterHost.Build(settings, store);
        try
        {
            await app.StartAsync();
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            await app.StopAsync();
            await Console.Error.WriteLineAsync($"Http:Url {settings.HttpUrl} is in use by another program: stop that one, or give another port");
            return ExitCode.Settings;
        }

        LogServing(log, string.Join(", ", app.Urls), Path.GetFullPath(settings.StoragePath));
        await app.WaitForShutdownAsync();
        LogStopped(log);
        return ExitCode.Stopped;
    }

    [LoggerMessage(LogLevel.Information, "serving {Url}, keeping everything under {Path}")]
    private static partial void LogServing(ILogger logger, string url, string path);

    [LoggerMessage(LogLevel.Information, "stopped")]
    private static partial void LogStopped(ILogger logger);
}
