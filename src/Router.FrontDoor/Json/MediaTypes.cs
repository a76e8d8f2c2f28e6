using Microsoft.AspNetCore.Http;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Json;

/// <summary>What a request says its body is.</summary>
internal static class MediaTypes
{
    internal const string Json = "application/json";
    internal const string Lines = "application/x-ndjson";

    // What `curl -d` says when nobody told it what the body is.
    private const string Form = "application/x-www-form-urlencoded";

    /// <summary>Whether the body may be read as JSON: it says so, says nothing, or says what <c>curl -d</c> says by itself; not compressed, no other character set.</summary>
    internal static bool IsJson(HttpRequest request) => request.ContentType is null ? IsPlain(request) : Is(request, Json) || Is(request, Form);

    /// <summary>Whether the body is lines of JSON.</summary>
    internal static bool IsLines(HttpRequest request) => Is(request, Lines);

    /// <summary>What is told to who sent something else than <paramref name="right"/>.</summary>
    internal static Problem Refusal(HttpRequest request, string right) => new(
        415,
        "unsupported_media_type",
        IsPlain(request)
            ? $"Content-Type is {(request.ContentType is { } given ? $"'{Problem.Shown(given)}'" : "not there")}: send {right}, in UTF-8."
            : $"Content-Encoding is '{Problem.Shown(request.Headers.ContentEncoding.ToString())}': send the body as it is, without one.");

    private static bool Is(HttpRequest request, string type)
    {
        ReadOnlySpan<char> given = request.ContentType;
        int semicolon = given.IndexOf(';');
        ReadOnlySpan<char> parameter = semicolon < 0 ? default : given[(semicolon + 1)..].Trim();
        given = semicolon < 0 ? given : given[..semicolon];
        return given.Trim().Equals(type, StringComparison.OrdinalIgnoreCase)
            && (parameter.IsEmpty || parameter.Equals("charset=utf-8", StringComparison.OrdinalIgnoreCase) || parameter.Equals("charset=\"utf-8\"", StringComparison.OrdinalIgnoreCase))
            && IsPlain(request);
    }

    private static bool IsPlain(HttpRequest request) => request.Headers.ContentEncoding.Count == 0;
}
