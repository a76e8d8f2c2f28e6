using System.Globalization;
using System.Net;
using System.Reflection;
using Router.Engine;
using Router.FrontDoor;
using Router.Streams;

namespace Router.Host.Settings;

/// <summary>All settings that there are. What is not here is refused by name.</summary>
internal static class SettingsTable
{
    /// <summary>By key, whatever its case.</summary>
    public static IReadOnlyDictionary<string, Setting> All { get; } = Make().ToDictionary(static s => s.Key, StringComparer.OrdinalIgnoreCase);

    /// <summary>Parts of DESIGN §6 that come later: named, so that nobody thinks they were set.</summary>
    public static IReadOnlyDictionary<string, string> NotAvailable { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["Storage:Postgres"] = "leave it out; Storage:Path keeps everything in SQLite",
    };

    private static IEnumerable<Setting> Make() =>
    [
        new("Operator:Key", "16 to 200 visible ASCII characters, e.g. made by: openssl rand -hex 32; or leave it out to have one made", static (s, v) =>
            v.Length is >= 16 and <= 200 && !v.AsSpan().ContainsAnyExceptInRange('!', '~') ? s with { FrontDoor = s.FrontDoor with { OperatorKey = v } } : null) { Secret = true },
        new("Http:Url", "http://ADDRESS:PORT with an IP address or localhost and nothing after the port; for HTTPS put a proxy in front", static (s, v) =>
            UrlOf(v) is { } url ? s with { HttpUrl = url } : null),
        OfOidc("Authority", "the issuer as its tokens name it: https://HOST…, or http:// on loopback", static (o, v) => o with { Authority = v }),
        OfOidc("Audience", "1 to 256 characters: the audience that the issuer puts into tokens for Router", static (o, v) => o with { Audience = v }),
        OfOidc("RoleClaim", "1 to 128 characters: a claim's name", static (o, v) => o with { RoleClaim = v }),
        OfOidc("TenantClaim", "1 to 128 characters: a claim's name", static (o, v) => o with { TenantClaim = v }),
        OfHttp("StreamInFlightMax", FrontDoorOptions.StreamInFlightHighest, static (o, n) => o with { StreamInFlightMax = n }),
        OfHttp("ConnectionsMax", FrontDoorOptions.ConnectionsHighest, static (o, n) => o with { ConnectionsMax = n }),
        OfHttp("StreamIdleSeconds", FrontDoorOptions.WaitSecondsHighest, static (o, n) => o with { StreamIdle = TimeSpan.FromSeconds(n) }),
        OfHttp("HeartBeatSeconds", FrontDoorOptions.WaitSecondsHighest, static (o, n) => o with { HeartBeat = TimeSpan.FromSeconds(n) }),
        new("Storage:Path", "a folder's path", static (s, v) => v.Length > 0 && !v.Contains('\0', StringComparison.Ordinal) ? s with { StoragePath = v } : null),
        new("Cluster:Address", "IP:PORT of this machine, the port from 1 to 65535; or leave it out for loopback and a free port", static (s, v) =>
            IPEndPoint.TryParse(v, out IPEndPoint? at) && at.Port > 0 ? s with { ClusterAddress = at } : null)
        {
            // A silo's port asks nobody who calls: beyond loopback it is opened only for a cluster, which Storage:Postgres makes.
            NotYet = static s => IPAddress.IsLoopback(s.ClusterAddress!.Address) ? null : "leave it out; one Router is the whole cluster, and its silo listens on loopback",
        },
        new("Webhooks:AllowPrivateNetworks", "true where tenants are trusted with the operator's own network, else false", static (s, v) =>
            bool.TryParse(v, out bool allow) ? s with { FrontDoor = s.FrontDoor with { AllowPrivateNetworks = allow } } : null),
        OfKafka("BootstrapServers", "HOST:PORT, several with commas; or leave it out for no Kafka", static (o, v) => v.Length > 0 ? o with { BootstrapServers = v } : null),
        OfKafka("SharedOutbound", "true or false", static (o, v) => bool.TryParse(v, out bool on) ? o with { SharedOutbound = on } : null),
        OfKafka("Group", "1 to 200 characters: the consumer group's name", static (o, v) => o with { Group = v }),
        OfKafka("CreateTopics", "true or false", static (o, v) => bool.TryParse(v, out bool on) ? o with { CreateTopics = on } : null),
        OfKafka("Partitions", "a number from 1 to 1000", static (o, v) => Number(v, 1, 1_000) is { } n ? o with { Partitions = n } : null),
        OfKafka("Replication", "a number from 1 to 32, or 0 for the brokers' default", static (o, v) => Number(v, 0, 32) is { } n ? o with { Replication = n } : null),
        OfKafka("RetentionHours", "a number from 1 to 168", static (o, v) => Number(v, 1, 168) is { } n ? o with { RetentionHours = n } : null),
        new("Log:Level", "Trace, Debug, Information, Warning, Error or None", static (s, v) =>
            Enum.TryParse(v, true, out LogLevel level) && Enum.IsDefined(level) && !char.IsDigit(v[0]) ? s with { LogLevel = level } : null),
        new("Log:Format", "text or json", static (s, v) => v is "text" or "json" ? s with { LogJson = v is "json" } : null),
        new("Telemetry:OtlpEndpoint", "http://HOST:PORT or https://HOST:PORT of an OTLP collector (gRPC); or leave it out", static (s, v) =>
            Uri.TryCreate(v, UriKind.Absolute, out Uri? to) && to.Scheme is "http" or "https" && to.UserInfo.Length == 0 ? s with { OtlpEndpoint = to } : null),
        new("Telemetry:TraceRatio", "a number from 0 to 1", static (s, v) =>
            double.TryParse(v, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double ratio) && ratio <= 1 ? s with { TraceRatio = ratio } : null),
        .. EngineOptions.All.Select(OfEngine),
    ];

    // Whether they fit together is known once all of them are read.
    private static Setting OfOidc(string name, string wants, Func<OidcOptions, string, OidcOptions> with) =>
        new($"Oidc:{name}", wants, (s, v) => v.Length > 0 ? s with { FrontDoor = s.FrontDoor with { Oidc = with(s.FrontDoor.Oidc, v) } } : null);

    private static Setting OfKafka(string name, string wants, Func<KafkaOptions, string, KafkaOptions?> with) =>
        new($"Kafka:{name}", wants, (s, v) => with(s.Kafka, v) is { } kafka ? s with { Kafka = kafka } : null);

    private static Setting OfHttp(string name, int highest, Func<FrontDoorOptions, int, FrontDoorOptions> with) =>
        new($"Http:{name}", string.Create(CultureInfo.InvariantCulture, $"a number from 1 to {highest}"), (s, v) =>
            Number(v, 1, highest) is { } number ? s with { FrontDoor = with(s.FrontDoor, number) } : null);

    // The engine's own check, which knows the range, comes after all of them are read.
    private static Setting OfEngine(PropertyInfo property) => new($"Engine:{property.Name}", $"a number from {EngineOptions.RangeOf(property).Minimum} to {EngineOptions.RangeOf(property).Maximum}", (s, v) =>
    {
        if (Number(v, int.MinValue, int.MaxValue) is not { } number)
        {
            return null;
        }

        EngineOptions changed = s.Engine with { };
        property.SetValue(changed, number);
        return s with { Engine = changed };
    });

    private static int? Number(string value, int min, int max) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max ? number : null;

    private static Uri? UrlOf(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out Uri? url)
        && url.Scheme == Uri.UriSchemeHttp && url.PathAndQuery == "/" && url.Fragment.Length == 0 && url.UserInfo.Length == 0
        && (url.IdnHost == "localhost" || IPAddress.TryParse(url.IdnHost, out _)) ? url : null;
}
