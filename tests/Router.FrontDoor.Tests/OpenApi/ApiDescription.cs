using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Router.FrontDoor.OpenApi;

namespace Router.FrontDoor.Tests.OpenApi;

/// <summary>The served description of the API, and whether an answer is as it says. Stricter than clients need be: an answer's field that it does not name is a fault, too.</summary>
internal static class ApiDescription
{
    private static readonly ConcurrentDictionary<string, JsonSchema> Schemas = new(StringComparer.Ordinal);

    public static JsonObject Document { get; } = JsonNode.Parse(OpenApiDocument.Utf8.Span)!.AsObject();

    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        .. from path in Document["paths"]!.AsObject()
           from member in path.Value!.AsObject()
           where member.Key is "get" or "put" or "post" or "delete" or "patch"
           select new ApiOperation(member.Key.ToUpperInvariant(), path.Key, member.Value!.AsObject(), path.Value!["parameters"]?.AsArray()),
    ];

    /// <summary>The operation that a request means; null: none.</summary>
    public static ApiOperation? Find(string method, string path)
    {
        string[] given = path.Split('/');
        return Operations.Where(o => o.Method == method && o.Matches(given)).MinBy(static o => o.Path.Count(static c => c == '{'));
    }

    /// <summary>What is wrong with an answer; null: nothing.</summary>
    public static string? Fault(ApiOperation operation, int status, string? mediaType, string body)
    {
        if (Resolve(operation.Responses[status.ToString(System.Globalization.CultureInfo.InvariantCulture)]) is not JsonObject response)
        {
            return $"status {status} is not described: {body}";
        }

        if (response["content"] is not JsonObject content)
        {
            return body.Length == 0 ? null : $"status {status} has a body, which is not described";
        }

        if (mediaType is null || content[mediaType] is not JsonObject media)
        {
            return $"status {status} as {mediaType} is not described";
        }

        return mediaType is "application/json" or "application/problem+json" ? SchemaFault(media["schema"]!, JsonNode.Parse(body)) : null;
    }

    /// <summary>What is wrong with a value by a schema of the document; null: nothing.</summary>
    public static string? SchemaFault(JsonNode schema, JsonNode? value)
    {
        JsonSchema compiled = Schemas.GetOrAdd(schema.ToJsonString(), Compile);
        using JsonDocument given = JsonDocument.Parse(value?.ToJsonString() ?? "null");
        EvaluationResults results = compiled.Evaluate(given.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        if (results.IsValid)
        {
            return null;
        }

        IEnumerable<string> faults = (results.Details ?? []).Where(static d => d.Errors is { Count: > 0 }).SelectMany(static d => d.Errors!.Select(e => $"{d.InstanceLocation}: {e.Value}"));
        return $"{string.Join("; ", faults.Take(6))} in {value?.ToJsonString()}";
    }

    /// <summary>What a <c>$ref</c> leads to.</summary>
    public static JsonNode? Resolve(JsonNode? node)
    {
        if (node?["$ref"]?.GetValue<string>() is not { } reference)
        {
            return node;
        }

        JsonNode? at = Document;
        foreach (string name in reference.Split('/').Skip(1))
        {
            at = at?[name];
        }

        return at ?? throw new InvalidOperationException($"{reference} leads nowhere");
    }

    private static JsonSchema Compile(string schema)
    {
        var definitions = new JsonObject();
        foreach ((string name, JsonNode? value) in Document["components"]!["schemas"]!.AsObject())
        {
            definitions[name] = Strict(value!.DeepClone());
        }

        var whole = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$defs"] = definitions,
            ["allOf"] = new JsonArray(Strict(JsonNode.Parse(schema)!)),
        };
        return JsonSchema.FromText(whole.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal), new BuildOptions { SchemaRegistry = new() });
    }

    // Objects take no field that they do not name, unless they say that they do.
    private static JsonNode Strict(JsonNode node)
    {
        if (node is JsonArray array)
        {
            foreach (JsonNode? item in array)
            {
                Strict(item!);
            }
        }
        else if (node is JsonObject given)
        {
            foreach ((_, JsonNode? value) in given.ToArray())
            {
                if (value is not null)
                {
                    Strict(value);
                }
            }

            if (given["properties"] is JsonObject && given["type"] is JsonValue && !given.ContainsKey("additionalProperties"))
            {
                given["additionalProperties"] = false;
            }
        }

        return node;
    }
}
