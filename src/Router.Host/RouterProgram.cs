using Router.Host.Checks;
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
        if (arguments is [SmscCheckCommand.Name, .. string[] rest])
        {
            return await SmscCheckCommand.RunAsync(rest, Console.Out, Console.Error);
        }

        if (HelpText.IsAsked(arguments))
        {
            await Console.Out.WriteLineAsync(HelpText.Make());
            return ExitCode.Stopped;
        }

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
            await using SqliteStore store = SqliteStore.Open(SqliteStoreOptions.For(settings.StoragePath, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes), TimeProvider.System, logs);
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
        catch (Exception exception) when (ListenFault.Of(exception, settings, SiloRuns(app)) is { } wrong)
        {
            // A silo that has not come up cannot be stopped; the rest ends with the host.
            if (SiloRuns(app))
            {
                await app.StopAsync();
            }

            await Console.Error.WriteLineAsync(wrong);
            return ExitCode.Settings;
        }

        LogServing(log, string.Join(", ", app.Urls), Path.GetFullPath(settings.StoragePath));
        await app.WaitForShutdownAsync();
        LogStopped(log);
        return ExitCode.Stopped;
    }

    private static bool SiloRuns(WebApplication app) => app.Services.GetRequiredService<ISiloStatusOracle>().CurrentStatus == SiloStatus.Active;

    [LoggerMessage(1, LogLevel.Information, "serving {Url}, keeping everything under {Path}")]
    private static partial void LogServing(ILogger logger, string url, string path);

    [LoggerMessage(2, LogLevel.Information, "stopped")]
    private static partial void LogStopped(ILogger logger);
}
