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

    /// <summary>A list that is whole: <c>{"items":[…]}</c>, 200.</summary>
    internal static Task WriteListAsync<T>(HttpContext context, IEnumerable<T> items, Action<Utf8JsonWriter, T> write) => WriteAsync(context, 200, (items, write), static (json, list) =>
    {
        json.WriteStartObject();
        json.WriteStartArray("items"u8);
        foreach (T item in list.items)
        {
            list.write(json, item);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
