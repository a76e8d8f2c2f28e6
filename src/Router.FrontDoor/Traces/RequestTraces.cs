using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Router.Core.Messages;
using Router.FrontDoor.Access;

namespace Router.FrontDoor.Traces;

/// <summary>
/// A span around each request of the API: the source <c>Router.FrontDoor</c>. It tells method, route's template, status and kind of fault; never the URL, a header, an address or who called
/// (DESIGN §4.8). The caller's <c>traceparent</c> is its parent (W3C Trace Context); the answer has no such header.
/// </summary>
/// <remarks>ASP.NET's own span is not used: it tells the URL. It stands in <see cref="Activity.Current"/> whether or not anybody traces, so the parent is always given.</remarks>
internal static class RequestTraces
{
    /// <summary>The source's name.</summary>
    internal const string Name = "Router.FrontDoor";

    // W3C §3.3.1.5: at least so much should be passed on; more, or what is no text, is left out.
    private const int StateLengthMax = 512;

    // version 2 - trace 32 - span 16 - flags 2
    private const int ParentLength = 2 + 1 + 32 + 1 + 16 + 1 + 2;
    private static readonly ActivitySource Source = new(Name);

    /// <summary>Whether anybody listens: else nothing here is called.</summary>
    internal static bool IsHeard => Source.HasListeners();

    /// <summary>The recorded span of the request that this runs in; default: none.</summary>
    /// <remarks>0 B. Once a request or stream; its lines share it.</remarks>
    internal static TraceContext Current =>
        Source.HasListeners() && Activity.Current is { Recorded: true } span && ReferenceEquals(span.Source, Source) ? TraceContext.Of(span.Context) : default;

    /// <summary>Runs <paramref name="handler"/> in a span.</summary>
    internal static async Task RunAsync(HttpContext context, EndpointRule rule, string name, RequestDelegate handler)
    {
        if (!TryReadParent(context.Request.Headers, out ActivityContext parent))
        {
            Activity.Current = null; // ends with this method
        }

        using Activity? span = Source.StartActivity(name, ActivityKind.Server, parent);
        try
        {
            await handler(context);
        }
        catch (BadHttpRequestException refused)
        {
            Tell(span, rule, refused.StatusCode, null);
            throw;
        }
        catch (Exception fault)
        {
            Tell(span, rule, status: null, context.RequestAborted.IsCancellationRequested ? null : fault.GetType().FullName); // who leaves a stream is no fault
            throw;
        }

        int status = context.Response.StatusCode;
        Tell(span, rule, status, status >= 500 ? status.ToString(CultureInfo.InvariantCulture) : null);
    }

    private static void Tell(Activity? span, EndpointRule rule, int? status, string? fault)
    {
        if (span is not { IsAllDataRequested: true })
        {
            return;
        }

        span.SetTag("http.request.method", rule.Method);
        span.SetTag("http.route", rule.Pattern);
        span.SetTag("http.response.status_code", status);
        if (fault is not null)
        {
            span.SetTag("error.type", fault);
            span.SetStatus(ActivityStatusCode.Error); // without a description: a message may quote what the client sent
        }
    }

    // A header that is malformed or there twice is as none. Of a younger version than 00 what 00 has is read (W3C §3.2.4). The framework takes any separators, and 00 alone.
    private static bool TryReadParent(IHeaderDictionary headers, out ActivityContext parent)
    {
        StringValues lines = headers.TraceParent;
        if (lines.Count != 1 || lines[0] is not { Length: >= ParentLength } line || line[2] != '-' || line[35] != '-' || line[52] != '-' || !IsVersion(line))
        {
            parent = default;
            return false;
        }

        string state = headers.TraceState.ToString();
        bool isText = state.Length is > 0 and <= StateLengthMax && !state.AsSpan().ContainsAnyExceptInRange(' ', '~');
        return ActivityContext.TryParse(string.Concat("00", line.AsSpan(2, ParentLength - 2)), isText ? state : null, isRemote: true, out parent);
    }

    private static bool IsVersion(string line) => (line[0], line[1]) switch
    {
        ('0', '0') => line.Length == ParentLength,
        ('f', 'f') => false,
        _ => char.IsAsciiHexDigitLower(line[0]) && char.IsAsciiHexDigitLower(line[1]) && (line.Length == ParentLength || line[ParentLength] == '-'),
    };
}
