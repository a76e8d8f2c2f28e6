using System.Text.Json.Nodes;
using Router.FrontDoor.OpenApi;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests.OpenApi;

/// <summary>The description of the API is complete and right: what is mapped is in it, what is in it is mapped, its examples work, and answers are as it says (<see cref="ContractHandler"/>).</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task It_is_served_without_a_key_and_is_the_document_that_the_tests_hold_answers_to()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Answer answer = await door.SendAsync("GET", "/openapi/v1.json", role: null);

        Assert.Equal((200, "application/json"), (answer.Status, answer.Type));
        Assert.True(JsonNode.DeepEquals(ApiDescription.Document, JsonNode.Parse(answer.Text)));
    }

    [Fact]
    public async Task Everything_mapped_is_described_with_its_query_parameters_and_nothing_else()
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        Assert.Equal(door.Mapped.Order(), ApiDescription.Operations.Select(static o => $"{o} ?{string.Join(',', o.Named("query").Order())}").Order());
    }

    [Fact]
    public async Task Another_reader_of_OpenAPI_finds_nothing_wrong()
    {
        using var document = new MemoryStream(OpenApiDocument.Utf8.ToArray());

        Microsoft.OpenApi.Reader.ReadResult read = await Microsoft.OpenApi.OpenApiDocument.LoadAsync(document, "json");

        Assert.Equal("3.1", ApiDescription.Document["openapi"]!.GetValue<string>()[..3]);
        Assert.Empty(read.Diagnostic!.Errors.Select(static e => $"{e.Pointer}: {e.Message}"));
        Assert.Empty(read.Diagnostic.Warnings.Select(static e => $"{e.Pointer}: {e.Message}"));
        Assert.Equal(ApiDescription.Document["paths"]!.AsObject().Count, read.Document!.Paths.Count);
    }

    [Fact]
    public void Every_operation_has_a_name_of_its_own_a_summary_a_known_tag_and_its_path_s_parameters()
    {
        Assert.Equal(ApiDescription.Operations.Count, ApiDescription.Operations.Select(static o => o.Id).Distinct().Count());
        string[] tags = [.. ApiDescription.Document["tags"]!.AsArray().Select(static t => t!["name"]!.GetValue<string>())];
        Assert.All(ApiDescription.Operations, operation =>
        {
            Assert.NotEmpty(operation.Json["summary"]!.GetValue<string>());
            Assert.Contains(operation.Json["tags"]!.AsArray().Single()!.GetValue<string>(), tags);
            Assert.Equal(
                operation.Path.Split('/').Where(static p => p.StartsWith('{')).Select(static p => p.Trim('{', '}')).Order(),
                operation.Named("path").Order());
        });
    }

    [Fact]
    public void Every_reference_leads_somewhere_and_every_shared_part_is_used()
    {
        string text = ApiDescription.Document.ToJsonString();
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (string piece in text.Split("\"$ref\":\"").Skip(1))
        {
            string reference = piece[..piece.IndexOf('"', StringComparison.Ordinal)];
            Assert.NotNull(ApiDescription.Resolve(new JsonObject { ["$ref"] = reference }));
            used.Add(reference);
        }

        foreach ((string kind, JsonNode? parts) in ApiDescription.Document["components"]!.AsObject().Where(static c => c.Key != "securitySchemes"))
        {
            Assert.All(parts!.AsObject(), part => Assert.Contains($"#/components/{kind}/{part.Key}", used));
        }
    }

    [Fact]
    public async Task Every_example_of_a_body_fits_its_schema_and_is_taken()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        var walk = new ExampleWalk(door);
        foreach (ApiOperation operation in ApiDescription.Operations)
        {
            Assert.True(operation.Json["requestBody"] is null || operation.Examples.Any(), $"{operation} has no example");
            foreach ((string mediaType, string name, JsonNode value) in operation.Examples)
            {
                if (mediaType == "application/json")
                {
                    string? fault = ApiDescription.SchemaFault(operation.Json["requestBody"]!["content"]![mediaType]!["schema"]!, value);
                    Assert.True(fault is null, $"{operation} {name}: {fault}");
                }

                Answer answer = await walk.SendAsync(operation, mediaType, value);
                Assert.True(answer.Status is >= 200 and < 300, $"{operation} {name}: {answer.Status} {answer.Text}");
            }
        }
    }

    [Fact]
    public async Task Every_operation_without_a_body_answers_as_described()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        var walk = new ExampleWalk(door);
        foreach (ApiOperation operation in ApiDescription.Operations.Where(static o => o.Json["requestBody"] is null && !o.IsStream))
        {
            Answer answer = await walk.SendAsync(operation, null, null);
            Assert.True(answer.Status is >= 200 and < 300, $"{operation}: {answer.Status} {answer.Text}");
        }
    }
}
