using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using Router.Core.Webhooks;
using Router.FrontDoor.Events;
using Router.FrontDoor.Json;
using Router.Grains.Webhooks;

namespace Router.FrontDoor.Webhooks;

/// <summary>
/// Posts events to receivers, as the Standard Webhooks specification asks (<c>webhook-id</c>, <c>-timestamp</c>, <c>-signature</c>). One a silo. Any thread.
/// </summary>
/// <remarks>
/// Where a name leads is looked at when the connection is made, on the very address that is then connected to: a name that answered publicly when the webhook was set and
/// privately later (DNS rebinding) gets no connection. Redirects are answers like others, proxies and cookies are not used: each would be a way around that look.
/// </remarks>
internal sealed class WebhookClient : IDisposable
{
    // Answers are read so far, to have the connection again, and dropped.
    private const int AnswerBytesMax = 64 * 1024;

    private readonly IHostResolver resolver;
    private readonly TimeProvider time;
    private readonly WebhookTimes times;
    private readonly bool allowPrivate;
    private readonly HttpMessageInvoker http;

    public WebhookClient(IHostResolver resolver, TimeProvider time, WebhookTimes times, FrontDoorOptions options)
    {
        this.resolver = resolver;
        this.time = time;
        this.times = times;
        allowPrivate = options.AllowPrivateNetworks;
        http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 0,

            // A receiver that moved is found again; a name is looked up that often too.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        });
    }

    /// <summary>Posts one event and says what became of it. Throws nothing but <see cref="OperationCanceledException"/> for <paramref name="cancellationToken"/>.</summary>
    internal async Task<WebhookAnswer> PostAsync(WebhookPlan plan, ComposedEvent told, CancellationToken cancellationToken)
    {
        long begun = time.GetTimestamp();
        if (!allowPrivate && plan.Url.Scheme != Uri.UriSchemeHttps)
        {
            return Fault(WebhookFaults.Tls); // set while the operator allowed it
        }

        using var late = new CancellationTokenSource(times.Answer, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using HttpRequestMessage request = Request(plan, told);
            using HttpResponseMessage response = await http.SendAsync(request, either.Token);
            long ms = (long)time.GetElapsedTime(begun).TotalMilliseconds;
            await DropAsync(response, either.Token);
            return new WebhookAnswer((int)response.StatusCode, ms, null, RetryAfterMs(response));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Fault(WebhookFaults.Timeout);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return Fault(WordOf(fault));
        }

        WebhookAnswer Fault(string word) => new(0, (long)time.GetElapsedTime(begun).TotalMilliseconds, word, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private HttpRequestMessage Request(WebhookPlan plan, ComposedEvent told)
    {
        DateTimeOffset now = time.GetUtcNow();
        string timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        string signature = WebhookSecret.Sign(plan.Secret, told.Id, timestamp, told.Body.Span);
        if (plan.OldSecret is { } old && now.ToUnixTimeMilliseconds() < plan.OldSecretEndMs)
        {
            signature += " " + WebhookSecret.Sign(old, told.Id, timestamp, told.Body.Span);
        }

        var request = new HttpRequestMessage(HttpMethod.Post, plan.Url) { Content = new ReadOnlyMemoryContent(told.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Json);
        request.Headers.TryAddWithoutValidation("User-Agent", "Router-Webhooks");
        request.Headers.TryAddWithoutValidation("webhook-id", told.Id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", timestamp);
        request.Headers.TryAddWithoutValidation("webhook-signature", signature);
        return request;
    }

    // The status is what counts: a body that breaks off changes nothing.
    private static async Task DropAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        byte[] room = ArrayPool<byte>.Shared.Rent(8 * 1024);
        try
        {
            await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
            int read;
            for (int all = 0; all < AnswerBytesMax && (read = await body.ReadAsync(room, cancellationToken)) > 0; all += read)
            {
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException)
        {
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    private long RetryAfterMs(HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable) || response.Headers.RetryAfter is not { } asked)
        {
            return 0;
        }

        TimeSpan wait = asked.Delta ?? (asked.Date is { } date ? date - time.GetUtcNow() : TimeSpan.Zero);
        return Math.Clamp((long)wait.TotalMilliseconds, 1, WebhookRetries.RetryAfterMaxMs);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        DnsEndPoint host = context.DnsEndPoint;
        IPAddress[] addresses = IPAddress.TryParse(host.Host, out IPAddress? literal) ? [literal] : await resolver.ResolveAsync(host.Host, cancellationToken);
        if (addresses.Length == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        if (!allowPrivate)
        {
            addresses = Array.FindAll(addresses, static address => !PrivateNetworks.Contain(address));
            if (addresses.Length == 0)
            {
                throw new PrivateNetworkException();
            }
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, host.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string WordOf(Exception fault)
    {
        for (Exception? at = fault; at is not null; at = at.InnerException)
        {
            switch (at)
            {
                case PrivateNetworkException:
                    return WebhookFaults.PrivateNetwork;
                case AuthenticationException:
                    return WebhookFaults.Tls;
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return WebhookFaults.Name;
            }
        }

        return fault is HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded }
            ? WebhookFaults.Malformed
            : WebhookFaults.Connection;
    }
}
