
namespace Router.Host.Settings;

/// <summary>
/// Reads the settings: <c>appsettings.json</c> beside the program and in the working folder, then the environment's <c>ROUTER__Section__Key</c>, then
/// <c>--Section:Key=value</c>; the later wins. Every mistake becomes one line that names the setting, its value, what is right and what to do (STYLE 25).
/// </summary>
internal static class SettingsReader
{
    /// <summary>The environment's prefix.</summary>
    public const string Prefix = "ROUTER__";

    private const string KafkaClient = "Kafka:Client:";
    private const string FileName = "appsettings.json";

    /// <summary>Reads; the settings, or the mistakes found.</summary>
    public static (HostSettings? Settings, IReadOnlyList<string> Mistakes) Read(IReadOnlyList<string> arguments, params IReadOnlyList<string> folders)
    {
        List<string> mistakes = [];
        ConfigurationBuilder builder = new();
        foreach (string folder in folders.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal))
        {
            builder.AddJsonFile(Path.Combine(folder, FileName), optional: true, reloadOnChange: false);
        }

        builder.AddEnvironmentVariables(Prefix);
        builder.AddInMemoryCollection(ReadArguments(arguments, mistakes));
        IConfigurationRoot read;
        try
        {
            read = builder.Build();
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            // The inner exception may quote the file, and with it a key.
            mistakes.Add($"{FileName} can't be read: {exception.Message} Make it a JSON object of sections, or remove it");
            return (null, mistakes);
        }

        HostSettings settings = Apply(read, mistakes);
        (read as IDisposable)?.Dispose();
        return (mistakes.Count == 0 ? settings : null, mistakes);
    }

    private static HostSettings Apply(IConfigurationRoot read, List<string> mistakes)
    {
        HostSettings settings = new();
        foreach ((string key, string? value) in read.AsEnumerable())
        {
            if (value is null)
            {
                continue;
            }

            if (key.StartsWith(KafkaClient, StringComparison.OrdinalIgnoreCase))
            {
                // Names of librdkafka's own settings: it is asked itself which there are.
                settings = settings with { Kafka = settings.Kafka with { Client = new Dictionary<string, string>(settings.Kafka.Client) { [key[KafkaClient.Length..]] = value } } };
            }
            else if (SettingsTable.NotAvailable.TryGetValue(key, out string? remedy))
            {
                mistakes.Add(NotAvailable(key, remedy));
            }
            else if (!SettingsTable.All.TryGetValue(key, out Setting? setting))
            {
                mistakes.Add($"{key} is not a setting: {Remedy(key)}");
            }
            else if (setting.Apply(settings, value) is { } applied)
            {
                settings = applied;
                if (setting.NotYet(applied) is { } instead)
                {
                    mistakes.Add(NotAvailable(key, instead));
                }
            }
            else
            {
                mistakes.Add(setting.Wrong(value));
            }
        }

        if (settings.Engine.Validate() is { } wrong)
        {
            mistakes.Add(wrong);
        }

        if (settings.Kafka.Validate() is { } wrongKafka)
        {
            mistakes.Add(wrongKafka);
        }

        if (settings.FrontDoor.Oidc.Validate() is { } wrongToken)
        {
            mistakes.Add(wrongToken);
        }

        return settings;
    }

    private static string NotAvailable(string key, string remedy) => $"{key} is not available in this version: {remedy}";

    // The settings of the same section, else the sections: what was meant is most likely among them.
    private static string Remedy(string key)
    {
        string section = key.Split(':')[0] + ":";
        string[] near = [.. SettingsTable.All.Keys.Where(k => k.StartsWith(section, StringComparison.OrdinalIgnoreCase))];
        return near.Length > 0
            ? $"remove it, or use one of {string.Join(", ", near)}"
            : $"remove it, or use one of the sections {string.Join(", ", SettingsTable.All.Keys.Select(static k => k.Split(':')[0]).Distinct())}";
    }

    private static Dictionary<string, string?> ReadArguments(IReadOnlyList<string> arguments, List<string> mistakes)
    {
        Dictionary<string, string?> read = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            int equals = argument.IndexOf('=', StringComparison.Ordinal);
            if (equals > 2 && argument.StartsWith("--", StringComparison.Ordinal))
            {
                read[argument[2..equals]] = argument[(equals + 1)..];
            }
            else
            {
                // Not quoted whole: it may be a key that was meant as a value.
                mistakes.Add($"argument {i + 1} is not of the form --Section:Key=value: write e.g. --Http:Url=http://127.0.0.1:8081; --help tells all settings");
            }
        }

        return read;
    }
}
