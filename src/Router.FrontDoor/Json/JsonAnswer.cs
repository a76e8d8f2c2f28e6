using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Router.FrontDoor.Json;

/// <summary>Writes a JSON answer, for endpoints that are called seldom.</summary>
internal static class JsonAnswer
{
    internal static async Task WriteAsync<T>(HttpContext context, int status, T state, Action<Utf8JsonWriter, T> write)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = MediaTypes.Json;
        using (var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonText.Writing))
        {
            write(json, state);
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
