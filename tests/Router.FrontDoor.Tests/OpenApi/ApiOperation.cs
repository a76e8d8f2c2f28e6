using System.Text.Json.Nodes;

namespace Router.FrontDoor.Tests.OpenApi;

/// <summary>An operation of the description.</summary>
internal sealed record ApiOperation(string Method, string Path, JsonObject Json, JsonArray? Shared)
{
    public string Id => Json["operationId"]!.GetValue<string>();

    public JsonObject Responses => Json["responses"]!.AsObject();

    /// <summary>Its parameters, resolved, those of its path among them.</summary>
    public IEnumerable<JsonObject> Parameters => (Shared ?? []).Concat(Json["parameters"]?.AsArray() ?? []).Select(static p => ApiDescription.Resolve(p)!.AsObject());

    /// <summary>Names of its parameters in <paramref name="place"/>.</summary>
    public IEnumerable<string> Named(string place) => Parameters.Where(p => p["in"]!.GetValue<string>() == place).Select(static p => p["name"]!.GetValue<string>());

    /// <summary>Its examples of a body.</summary>
    public IEnumerable<(string MediaType, string Name, JsonNode Value)> Examples =>
        from media in ApiDescription.Resolve(Json["requestBody"])?["content"]?.AsObject() ?? []
        from example in media.Value!["examples"]?.AsObject() ?? []
        select (media.Key, example.Key, example.Value!["value"]!);

    /// <summary>Whether its answer has no end.</summary>
    public bool IsStream => Responses["200"]?["content"]?["text/event-stream"] is not null;

    public bool Matches(string[] given)
    {
        string[] parts = Path.Split('/');
        return parts.Length == given.Length && parts.Zip(given).All(static p => p.First == p.Second || (p.First.StartsWith('{') && p.Second.Length > 0));
    }

    public override string ToString() => $"{Method} {Path}";
}
