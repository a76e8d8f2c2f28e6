using System.Text.Json;
using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests;

/// <summary><c>/v1/templates</c>, and messages made of them.</summary>
public sealed class TemplateEndpointTests
{
    private static string Message(string name, string language, string parameters = "{}", string to = "sms:+393331234567") =>
        $$"""{"to":"{{to}}","purpose":"service","content":{{Content(name, language, parameters)}}}""";

    private static string Content(string name, string language, string parameters) =>
        $$"""{"type":"template","name":"{{name}}","language":"{{language}}","parameters":{{parameters}}}""";

    [Fact]
    public async Task A_template_is_put_shown_listed_replaced_and_deleted()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        Answer put = await door.SendAsync("PUT", "/v1/templates/code/pt-br", """{"text":"Código {{ code }}"}""");
        Assert.Equal((200, """{"name":"code","language":"pt-BR","text":"Código {{ code }}","parameters":["code"]}"""), (put.Status, put.Text));
        await door.SendAsync("PUT", "/v1/templates/code/en", """{"text":"Code"}""", "admin");
        await door.SendAsync("PUT", "/v1/templates/a/en", """{"text":"A"}""");
        await door.SendAsync("PUT", "/v1/templates/code/en", """{"text":"Code {{ x.y }}"}""");

        Answer list = await door.SendAsync("GET", "/v1/templates", role: "auditor");

        Assert.Equal(["a/en:A", "code/en:Code {{ x.y }}", "code/pt-BR:Código {{ code }}"], list.Json.GetProperty("items").EnumerateArray().Select(
            static t => $"{t.GetProperty("name").GetString()}/{t.GetProperty("language").GetString()}:{t.GetProperty("text").GetString()}"));
        Assert.Equal("Code {{ x.y }}", (await door.SendAsync("GET", "/v1/templates/code/EN", role: "agent")).Json.GetProperty("text").GetString());
        Assert.Equal(204, (await door.SendAsync("DELETE", "/v1/templates/code/en")).Status);
        (await door.SendAsync("GET", "/v1/templates/code/en")).IsProblem(404, "not_found");
        (await door.SendAsync("DELETE", "/v1/templates/code/en")).IsProblem(404, "not_found");
        Assert.Equal(200, (await door.SendAsync("GET", "/v1/templates/code/pt-BR")).Status);
    }

    [Fact]
    public async Task Who_may_what()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("PUT", "/v1/templates/code/en", """{"text":"Code"}""");
        foreach (string role in new[] { "agent", "auditor" })
        {
            (await door.SendAsync("PUT", "/v1/templates/code/en", """{"text":"x"}""", role)).IsProblem(403, "forbidden");
            (await door.SendAsync("DELETE", "/v1/templates/code/en", role: role)).IsProblem(403, "forbidden");
            Assert.Equal(200, (await door.SendAsync("GET", "/v1/templates/code/en", role: role)).Status);
        }

        (await door.SendAsync("GET", "/v1/templates/code/en", role: "other")).IsProblem(404, "not_found");
        Assert.Equal("""{"items":[]}""", (await door.SendAsync("GET", "/v1/templates", role: "other")).Text);
        Answer send = await door.SendAsync("POST", "/v1/messages", Message("code", "en"), "other");
        send.IsProblem(400, "unknown_template", "content.name");
        (await door.SendAsync("GET", "/v1/templates", role: "operator")).IsProblem(403, "forbidden");
    }

    [Theory]
    [InlineData("/v1/templates/Code/en", """{"text":"x"}""", "invalid_parameter", "name")]
    [InlineData("/v1/templates/code/e", """{"text":"x"}""", "invalid_parameter", "language")]
    [InlineData("/v1/templates/code/en", "{}", "missing_field", "text")]
    [InlineData("/v1/templates/code/en", """{"text":1}""", "invalid_value", "text")]
    [InlineData("/v1/templates/code/en", """{"text":""}""", "invalid_value", "text")]
    [InlineData("/v1/templates/code/en", """{"text":"x","name":"y"}""", "unknown_field", "name")]
    [InlineData("/v1/templates/code/en", """{"text":"a\n{% for x %}"}""", "invalid_value", "text")]
    [InlineData("/v1/templates/code/en", """{"text":"{{ a | md5 }}"}""", "invalid_value", "text")]
    public async Task What_is_wrong_with_one_is_said(string path, string body, string code, string field)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        (await door.SendAsync("PUT", path, body)).IsProblem(400, code, field);
        Assert.Equal("""{"items":[]}""", (await door.SendAsync("GET", "/v1/templates")).Text);
    }

    [Fact]
    public async Task A_syntax_error_names_its_line()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        Answer answer = await door.SendAsync("PUT", "/v1/templates/code/en", """{"text":"a\nb {{ c"}""");
        Assert.Contains("(2:", answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_keeps_what_it_rendered_to_and_shows_what_was_given()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("PUT", "/v1/templates/code/it", """{"text":"Il codice è {{ code }}, {{ price }} €"}""");
        Answer accepted = await door.SendAsync("POST", "/v1/messages", Message("code", "it-IT", """{ "code":"4711", "price":12.5 }"""));
        Assert.Equal(202, accepted.Status);
        await door.SendAsync("PUT", "/v1/templates/code/it", """{"text":"changed"}""");

        Answer shown = await door.SendAsync("GET", "/v1/messages/" + accepted.Json.GetProperty("id").GetString());

        Assert.Equal(Content("code", "it-IT", """{ "code":"4711", "price":12.5 }"""), shown.Json.GetProperty("content").GetRawText());
        Assert.Equal(1, shown.Json.GetProperty("segments").GetInt32());
        Assert.Equal("Il codice è 4711, 12,5 €", Sent(door));
    }

    [Fact]
    public async Task Lines_are_rendered_as_single_messages_are()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("PUT", "/v1/templates/code/en", """{"text":"{{ code }} {{ name }}"}""");
        string lines = string.Join('\n', Message("code", "en", """{"code":1,"name":"Ada"}"""), Message("code", "en"), Message("nothing", "en"), Message("code", "fr"));

        Answer answer = await door.SendAsync("POST", "/v1/messages", lines, type: "application/x-ndjson");

        JsonElement[] answers = [.. answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal("accepted", answers[0].GetProperty("status").GetString());
        Assert.Equal(
            ["missing_parameter content.parameters.code", "unknown_template content.name", "unknown_template content.language"],
            answers[1..].Select(static a => a.GetProperty("problem")).Select(static p => $"{p.GetProperty("code").GetString()} {p.GetProperty("field").GetString()}"));
        Assert.Contains("; so are name", answers[1].GetProperty("problem").GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("there is en", answers[3].GetProperty("problem").GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("1 Ada", Sent(door));
    }

    [Fact]
    public async Task Two_hundred_templates_and_no_more()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(200, (await door.SendAsync("PUT", $"/v1/templates/t{i}/en", """{"text":"x"}""")).Status);
        }

        (await door.SendAsync("PUT", "/v1/templates/more/en", """{"text":"x"}""")).IsProblem(400, "invalid_value", "name");
        Assert.Equal(200, (await door.SendAsync("PUT", "/v1/templates/t7/en", """{"text":"y"}""")).Status);
    }

    [Fact]
    public async Task Media_are_kept_and_shown_as_given()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        const string Media = """{"type":"media","url":"https://cdn.example.com/a.jpg?x=1","mediaType":"image/jpeg","caption":"Ecco \u00e8"}""";
        Answer accepted = await door.SendAsync("POST", "/v1/messages", $$"""{"to":"whatsapp:+393331234567","purpose":"service","content":{{Media}}}""");
        Assert.Equal(202, accepted.Status);

        Answer shown = await door.SendAsync("GET", "/v1/messages/" + accepted.Json.GetProperty("id").GetString());

        Assert.Equal(Media, shown.Json.GetProperty("content").GetRawText());
        Assert.Equal("Ecco è", Sent(door));
    }

    [Fact]
    public async Task Neither_texts_nor_parameters_are_logged()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("PUT", "/v1/templates/code/en", """{"text":"SECRET-TEXT {{ code | divided_by: 0 }} {{ missing }}"}""");
        (await door.SendAsync("POST", "/v1/messages", Message("code", "en", """{"code":"SECRET-VALUE"}"""))).IsProblem(400, "missing_parameter");
        Answer refused = await door.SendAsync("POST", "/v1/messages", Message("code", "en", """{"code":7,"missing":"SECRET-VALUE"}"""));
        refused.IsProblem(400, "invalid_value", "content.parameters");
        Assert.DoesNotContain("SECRET", refused.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(door.Log.Lines, static l => l.Contains("SECRET", StringComparison.Ordinal));
    }

    // The text of the one message kept.
    private static string Sent(TestDoor door) => door.Shards.LastText;
}
