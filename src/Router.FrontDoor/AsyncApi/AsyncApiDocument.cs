using System.Text.Json;
using System.Text.Json.Nodes;
using Router.FrontDoor.OpenApi;

namespace Router.FrontDoor.AsyncApi;

/// <summary>The description of the topics (AsyncAPI 3.0): messages and events in it are those of <see cref="OpenApiDocument"/>, so that there is one description of each.</summary>
internal static class AsyncApiDocument
{
    /// <summary>The document in UTF-8.</summary>
    internal static ReadOnlyMemory<byte> Utf8 { get; } = Compose();

    private static byte[] Compose()
    {
        using Stream own = typeof(AsyncApiDocument).Assembly.GetManifestResourceStream($"{typeof(AsyncApiDocument).Namespace}.asyncapi.json")!;
        JsonObject document = JsonNode.Parse(own)!.AsObject();
        JsonObject schemas = document["components"]!["schemas"]!.AsObject();
        JsonObject shared = JsonNode.Parse(OpenApiDocument.Utf8.Span)!["components"]!["schemas"]!.AsObject();
        var open = new Queue<string>(["NewMessage", "Event"]);
        while (open.TryDequeue(out string? name))
        {
            if (!schemas.ContainsKey(name))
            {
                JsonNode schema = shared[name]!.DeepClone();
                schemas.Add(name, schema);
                Follow(schema, open);
            }
        }

        return JsonSerializer.SerializeToUtf8Bytes(document);
    }

    // What a schema refers to comes with it.
    private static void Follow(JsonNode? node, Queue<string> open)
    {
        const string Schemas = "#/components/schemas/";
        switch (node)
        {
            case JsonObject members:
                foreach ((string name, JsonNode? value) in members)
                {
                    if (name == "$ref" && value!.GetValue<string>() is { } to && to.StartsWith(Schemas, StringComparison.Ordinal))
                    {
                        open.Enqueue(to[Schemas.Length..]);
                    }
                    else
                    {
                        Follow(value, open);
                    }
                }

                break;
            case JsonArray items:
                foreach (JsonNode? item in items)
                {
                    Follow(item, open);
                }

                break;
        }
    }
}
