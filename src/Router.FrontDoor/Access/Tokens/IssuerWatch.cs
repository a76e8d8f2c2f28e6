using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Router.FrontDoor.Access.Tokens;

/// <summary>
/// Holds the issuer's keys: fetched in the background at start and every hour, and when a token names a key that is not among them (a rotation), at most every ten seconds. Until they
/// were fetched once no token opens anything; keys that could not be renewed stay, because an issuer that is down has not taken them back. Readiness does not depend on it.
/// </summary>
internal sealed partial class IssuerWatch : BackgroundService
{
    private const int BytesMax = 1024 * 1024;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan RetryFirst = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryMost = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly string authority;
    private readonly TimeProvider time;
    private readonly ILogger<IssuerWatch> log;
    private readonly HttpClient http;
    private readonly Lock gate = new();
    private volatile IssuerKeys? keys;
    private Task? fetching;
    private long? begunAt;

    public IssuerWatch(FrontDoorOptions options, TimeProvider time, ILogger<IssuerWatch> log)
    {
        authority = options.Oidc.Authority!;
        this.time = time;
        this.log = log;

        // No redirects: they could lead to a place that cannot be believed.
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            Timeout = TimeSpan.FromSeconds(10),
            MaxResponseContentBufferSize = BytesMax,
        };
    }

    /// <summary>The keys; null: none were fetched yet.</summary>
    internal IssuerKeys? Keys => keys;

    /// <summary>Fetches anew, or waits for the fetch that is under way, for at most five seconds; not within ten seconds of the last. The keys held then.</summary>
    internal async ValueTask<IssuerKeys?> RenewAsync()
    {
        Task? fetch;
        lock (gate)
        {
            if (fetching is null && begunAt is { } last && time.GetElapsedTime(last) < Pause)
            {
                return keys;
            }

            fetch = FetchLocked();
        }

        await fetch.WaitAsync(Patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return keys;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        http.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan retry = RetryFirst;
        while (!stoppingToken.IsCancellationRequested)
        {
            IssuerKeys? before = keys;
            Task fetch;
            lock (gate)
            {
                fetch = FetchLocked();
            }

            await fetch.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            bool renewed = !ReferenceEquals(before, keys);
            await Task.Delay(renewed ? Interval : retry, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            retry = renewed ? RetryFirst : TimeSpan.FromTicks(Math.Min(retry.Ticks * 2, RetryMost.Ticks));
        }
    }

    private Task FetchLocked()
    {
        if (fetching is null)
        {
            begunAt = time.GetTimestamp();
            fetching = Task.Run(FetchAsync);
        }

        return fetching;
    }

    private async Task FetchAsync()
    {
        try
        {
            byte[] discovery = await http.GetByteArrayAsync(new Uri(authority.TrimEnd('/') + "/.well-known/openid-configuration"));
            (string issuer, string keysUrl) = IssuerKeys.ReadDiscovery(authority, discovery);
            keys = IssuerKeys.Read(issuer, Encoding.UTF8.GetString(await http.GetByteArrayAsync(new Uri(keysUrl))));
            LogFetched(keys.Keys.Count);
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException or JsonException or InvalidDataException or ArgumentException or FormatException)
        {
            LogNotFetched(fault is InvalidDataException ? fault.Message : fault.GetType().Name, keys is null ? "no token opens anything until then" : "those held go on counting");
        }
        finally
        {
            lock (gate)
            {
                fetching = null;
            }
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Count} keys of the OpenID Connect issuer were fetched")]
    private partial void LogFetched(int count);

    [LoggerMessage(2, LogLevel.Warning, "the keys of the OpenID Connect issuer (Oidc:Authority) could not be fetched: {Because}; {Meanwhile}; trying again")]
    private partial void LogNotFetched(string because, string meanwhile);
}
