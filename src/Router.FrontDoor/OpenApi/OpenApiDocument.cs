using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Router.FrontDoor.OpenApi;

/// <summary>
/// The description of the HTTP API (OpenAPI 3.1): put together once from the parts beside this class, a file a group of endpoints, which are written by hand because bodies are read
/// by hand. Tests hold it to the endpoints mapped, send its examples and validate every answer against it.
/// </summary>
internal static class OpenApiDocument
{
    private const string Main = "api";

    /// <summary>The document in UTF-8.</summary>
    internal static ReadOnlyMemory<byte> Utf8 { get; } = Compose();

    private static byte[] Compose()
    {
        Assembly assembly = typeof(OpenApiDocument).Assembly;
        string prefix = typeof(OpenApiDocument).Namespace + ".";
        JsonObject document = Read(assembly, prefix + Main + ".json");
        document["paths"] = new JsonObject();
        foreach (string part in assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && n != prefix + Main + ".json").Order(StringComparer.Ordinal))
        {
            Add(document, Read(assembly, part), part);
        }

        foreach ((_, JsonNode? path) in document["paths"]!.AsObject())
        {
            foreach (JsonObject operation in path!.AsObject().Select(static m => m.Value).OfType<JsonObject>())
            {
                AddShared(operation);
            }
        }

        return JsonSerializer.SerializeToUtf8Bytes(document);
    }

    // What every endpoint behind a key can answer, and every one that takes a body.
    private static void AddShared(JsonObject operation)
    {
        if (operation["security"] is JsonArray { Count: 0 })
        {
            return;
        }

        JsonObject responses = operation["responses"]!.AsObject();
        ReadOnlySpan<(string Status, string Name)> all =
        [
            ("400", "BadRequest"), ("401", "Unauthorized"), ("403", "Forbidden"), ("413", "TooLarge"), ("415", "UnsupportedMediaType"), ("500", "InternalError"), ("503", "Unavailable"),
        ];
        foreach ((string status, string name) in all)
        {
            if (status is not ("413" or "415") || operation["requestBody"] is not null)
            {
                responses.TryAdd(status, new JsonObject { ["$ref"] = "#/components/responses/" + name });
            }
        }
    }

    // Objects are merged name by name; a name that is there already is a mistake in the parts.
    private static void Add(JsonObject to, JsonObject from, string part)
    {
        foreach ((string name, JsonNode? value) in from.ToArray())
        {
            from.Remove(name);
            if (!to.TryAdd(name, value))
            {
                Add(
                    to[name] as JsonObject ?? throw new InvalidOperationException($"{part}: '{name}' is there already"),
                    value as JsonObject ?? throw new InvalidOperationException($"{part}: '{name}' is there already"),
                    part);
            }
        }
    }

    private static JsonObject Read(Assembly assembly, string name)
    {
        using Stream stream = assembly.GetManifestResourceStream(name)!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
