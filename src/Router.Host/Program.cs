using Router.Host.Settings;
using Router.Host.Wiring;
using Router.Storage;

(HostSettings? settings, IReadOnlyList<string> mistakes) = SettingsReader.Read(args, AppContext.BaseDirectory, Environment.CurrentDirectory);
if (settings is null)
{
    foreach (string mistake in mistakes)
    {
        await Console.Error.WriteLineAsync(mistake);
    }

    return ExitCodes.WrongSettings;
}

try
{
    await RouterProgram.RunAsync(settings);
    return ExitCodes.Drained;
}
catch (StorageException fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return ExitCodes.NoStorage;
}
catch (IOException fault) when (fault.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
{
    await Console.Error.WriteLineAsync($"Http:Url {settings.HttpUrl} is in use by another process: stop it, or set another port, e.g. --Http:Url=http://127.0.0.1:8081");
    return ExitCodes.AddressInUse;
}
