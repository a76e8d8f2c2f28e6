using System.Globalization;
using System.Text.Json.Nodes;
using Router.Core.Tenants;
using Router.Providers.Smpp;
using Router.Providers.Smpp.Check;

namespace Router.Host.Checks;

/// <summary><c>smsc-check HOST[:PORT] …</c>: reads the arguments and runs a <see cref="SmscCheck"/>. It needs no settings and no data of Router's.</summary>
internal static class SmscCheckCommand
{
    /// <summary>The word that starts it.</summary>
    public const string Name = "smsc-check";

    /// <summary>Where the password is looked for without <c>--password-file</c>. Never an argument: those are seen by all users of a machine.</summary>
    public const string PasswordVariable = "ROUTER_SMSC_PASSWORD";

    private const int WaitDefault = 15;
    private const int WaitMax = 3_600;

    private const string Usage = """
        smsc-check HOST[:PORT] --system-id ID [--password-file FILE] [--to +NUMBER [--from SENDER] [--text TEXT]] [--wait SECONDS] …
        Connects and binds to an SMSC, sends one message if --to is there, waits for the answer and the receipt, and tells each step.

          HOST[:PORT]             port 2775 by default; an IPv6 address as [::1]:2775
          --system-id ID          the account's system id
          --password-file FILE    a file whose first line is the password; - is standard input. Without it: ROUTER_SMSC_PASSWORD, else the first line of standard input
          --to +NUMBER            sends one message there; without it nothing is sent
          --from SENDER           its sender: +number, short code or name
          --text TEXT             its text; default "Router smsc-check"
          --bind KIND             transceiver (default), transmitter+receiver, transmitter or receiver
          --wait SECONDS          how long the receipt is waited for, or without --to whatever comes, 0 to 3600; default 15, without --to 0
          --timeout SECONDS       how long an answer may take, 1 to 600; default 10
          --system-type TYPE      --address-range RANGE
          --tls                   --tls-ca FILE (PEM)      --tls-server-name NAME
          --settings FILE         a JSON file with more settings of kind "smpp" (longMessages, sourceTon, registeredDelivery …)

        Exit code 0: all went well (also when no receipt came in time). 1: something failed. 2: an argument is wrong.
        It takes nothing but the receipt of its own message: what else the carrier delivers meanwhile is put back for Router.
        """;

    // Options that stand for a setting of the account.
    private static readonly Dictionary<string, string> SettingOf = new(StringComparer.Ordinal)
    {
        ["--system-id"] = "systemId", ["--system-type"] = "systemType", ["--address-range"] = "addressRange", ["--tls-server-name"] = "tlsServerName", ["--timeout"] = "responseTimeoutSeconds",
    };

    private static readonly string[] Others = ["--password-file", "--to", "--from", "--text", "--bind", "--wait", "--tls-ca", "--settings"];

    /// <summary>Runs it; the exit code.</summary>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (arguments.Length == 0 || arguments.Contains("--help"))
        {
            await output.WriteLineAsync(Usage);
            return arguments.Length == 0 ? ExitCode.Settings : ExitCode.Stopped;
        }

        (SmscCheckOptions? options, string wrong) = await ReadAsync(arguments);
        if (options is null)
        {
            await errors.WriteLineAsync($"{wrong}; --help tells all");
            return ExitCode.Settings;
        }

        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        bool well = await new SmscCheck(options, output, TimeProvider.System).RunAsync(stop.Token);
        await output.WriteLineAsync(well ? "OK" : "FAILED");
        return well ? ExitCode.Stopped : ExitCode.CheckFailed;
    }

    private static async Task<(SmscCheckOptions? Options, string Wrong)> ReadAsync(string[] arguments)
    {
        (Dictionary<string, string>? given, string? place, string wrong) = Split(arguments);
        if (given is null)
        {
            return (null, wrong);
        }

        try
        {
            JsonObject settings = given.TryGetValue("--settings", out string? file) ? await ReadObjectAsync(file) : [];
            settings.TryAdd("responseTimeoutSeconds", 10);
            (string host, string? port) = HostAndPort(place!);
            settings["host"] = host;
            if (port is not null)
            {
                settings["port"] = Number(port);
            }

            foreach ((string option, string setting) in SettingOf)
            {
                if (given.TryGetValue(option, out string? value))
                {
                    settings[setting] = option == "--timeout" ? Number(value) : value;
                }
            }

            if (given.ContainsKey("--tls"))
            {
                settings["tls"] = true;
            }

            if (given.TryGetValue("--tls-ca", out string? authorities))
            {
                settings["tlsCa"] = await File.ReadAllTextAsync(authorities);
            }

            settings["password"] = await PasswordAsync(given.GetValueOrDefault("--password-file"));
            return Checked(given, settings);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Text.Json.JsonException)
        {
            return (null, exception is System.Text.Json.JsonException ? "--settings names a file that holds no JSON object" : exception.Message);
        }
    }

    private static (SmscCheckOptions? Options, string Wrong) Checked(Dictionary<string, string> given, JsonObject settings)
    {
        string kind = given.GetValueOrDefault("--bind", "transceiver");
        string[]? binds = kind switch
        {
            "transceiver" or "transmitter" or "receiver" => [kind],
            "transmitter+receiver" => ["transmitter", "receiver"],
            _ => null,
        };
        if (binds is null)
        {
            return (null, $"--bind is {kind}; set it to one of transceiver, transmitter+receiver, transmitter, receiver");
        }

        string? to = given.GetValueOrDefault("--to");
        if (to is not null && (to.Length is < 8 or > 16 || to[0] != '+' || to.AsSpan(1).ContainsAnyExceptInRange('0', '9')))
        {
            return (null, "--to is no number; write + and 7 to 15 digits");
        }

        if (to is not null && kind == "receiver")
        {
            return (null, "--to needs a bind that sends; set --bind to transceiver, transmitter+receiver or transmitter");
        }

        string from = given.GetValueOrDefault("--from", "");
        if (from.Length > 20 || from.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return (null, "--from is no sender; write up to 20 ASCII characters");
        }

        string text = given.GetValueOrDefault("--text", "Router smsc-check");
        if (text.Length > 1_000)
        {
            return (null, "--text is too long; write up to 1000 characters");
        }

        int wait = to is null ? 0 : WaitDefault;
        if (given.TryGetValue("--wait", out string? seconds) && (!int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out wait) || wait > WaitMax))
        {
            return (null, $"--wait is {seconds}; set it to 0 to {WaitMax} seconds");
        }

        if (SmppSettings.Parse(settings.ToJsonString(), out SettingsFault? fault) is not { } account)
        {
            return (null, AsOptions(fault!.Detail));
        }

        return (new SmscCheckOptions { Settings = account, Binds = binds, To = to, From = from, Text = text, Wait = TimeSpan.FromSeconds(wait) }, "");
    }

    private static (Dictionary<string, string>? Given, string? Place, string Wrong) Split(string[] arguments)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        string? place = null;
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            bool takesValue = SettingOf.ContainsKey(argument) || Others.Contains(argument);
            if (argument.StartsWith('-') && !takesValue && argument != "--tls")
            {
                return (null, null, argument == "--password" ? "--password is not there, for arguments are seen by all; use --password-file or " + PasswordVariable : $"{argument} is not an option");
            }

            if (!argument.StartsWith('-'))
            {
                if (place is not null)
                {
                    return (null, null, $"{argument} is one argument too many: only HOST:PORT stands alone");
                }

                place = argument;
            }
            else if (takesValue && i + 1 == arguments.Length)
            {
                return (null, null, $"{argument} has no value");
            }
            else if (!given.TryAdd(argument, takesValue ? arguments[++i] : ""))
            {
                return (null, null, $"{argument} is there twice");
            }
        }

        return place is null ? (null, null, "HOST:PORT is missing") : (given, place, "");
    }

    private static (string Host, string? Port) HostAndPort(string place)
    {
        int colon = place.LastIndexOf(':');
        bool hasPort = colon >= 0 && (place.IndexOf(':', StringComparison.Ordinal) == colon || place[colon - 1] == ']');
        return hasPort ? (place[..colon].Trim('[', ']'), place[(colon + 1)..]) : (place.Trim('[', ']'), null);
    }

    // What is no number stays a text and is refused by name.
    private static JsonNode Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : text;

    private static async Task<JsonObject> ReadObjectAsync(string file) => JsonNode.Parse(await File.ReadAllTextAsync(file)) as JsonObject ?? throw new System.Text.Json.JsonException("no object");

    private static async Task<string> PasswordAsync(string? file)
    {
        if (file is not null && file != "-")
        {
            using StreamReader reader = File.OpenText(file);
            return await reader.ReadLineAsync() ?? "";
        }

        return (file is null ? Environment.GetEnvironmentVariable(PasswordVariable) : null) ?? await Console.In.ReadLineAsync() ?? "";
    }

    private static string AsOptions(string detail)
    {
        foreach ((string option, string setting) in SettingOf)
        {
            detail = detail.Replace($"settings.{setting} ", option + " ", StringComparison.Ordinal);
        }

        return detail
            .Replace("settings.host ", "HOST ", StringComparison.Ordinal)
            .Replace("settings.port ", "PORT ", StringComparison.Ordinal)
            .Replace("settings.tlsCa ", "--tls-ca ", StringComparison.Ordinal)
            .Replace("settings.password ", "the password ", StringComparison.Ordinal);
    }
}
