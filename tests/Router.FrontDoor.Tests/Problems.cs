using Router.FrontDoor.Tests.Doubles;

namespace Router.FrontDoor.Tests;

/// <summary>Problem details, and what is kept out of them and of the logs.</summary>
public sealed class Problems
{
    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/v1/nothing")]
    [InlineData("GET", "/v1/messages/a/b")]
    public async Task An_unknown_path_is_404(string method, string path)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync(method, path)).IsProblem(404, "not_found");
    }

    [Fact]
    public async Task A_wrong_method_is_405_and_the_right_ones_are_named()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        using var request = new HttpRequestMessage(HttpMethod.Patch, "/v1/messages");

        using HttpResponseMessage response = await door.Http.SendAsync(request);

        Assert.Equal(405, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["GET", "POST"], response.Content.Headers.Allow.Order());
    }

    [Fact]
    public async Task What_fails_inside_is_500_and_tells_nothing_of_it()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Refuse = static _ => throw new InvalidOperationException("secret inside +393331234567");

        Answer answer = await door.SendAsync("POST", "/v1/messages", TestDoor.Body());

        answer.IsProblem(500, "internal_error");
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
        Assert.Contains(door.Log.Lines, static l => l.Contains("POST /v1/messages failed: System.InvalidOperationException", StringComparison.Ordinal));
        Assert.DoesNotContain(door.Log.Lines, static l => l.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Neither_content_nor_address_nor_key_is_logged_at_any_level()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string body = TestDoor.Body(text: "a-text-of-note", more: ",\"reference\":\"a-reference\",\"metadata\":{\"m\":\"a-metadatum\"}");
        await door.SendAsync("POST", "/v1/messages", body, headers: ("Idempotency-Key", "a-key-of-note"));
        await door.SendAsync("POST", "/v1/messages", body + "\n" + body + "}", type: "application/x-ndjson");
        await door.SendAsync("POST", "/v1/messages", "{\"to\":\"sms:+393331234567\",\"colour\":\"a-text-of-note\"}");
        await door.SendAsync("PUT", "/v1/contacts/sms:+393331234567/flags", "{\"blocked\":true}");
        await door.SendAsync("PUT", "/v1/contacts/sms:+393331234567/flags", "{\"blocked\":7}");
        await door.SendAsync("GET", "/v1/consents?address=sms:%2B393331234567");
        await door.SendAsync("GET", "/v1/unknown/sms:+393331234567");
        await door.SendAsync("PUT", "/admin/providers/p", """{"kind":"smpp","channels":["sms"],"settings":{"password":"a-password"}}""", "operator");

        string all = string.Join('\n', door.Log.Lines);

        Assert.NotEmpty(door.Log.Lines);
        foreach (string personal in new[] { "3331234567", "a-text-of-note", "a-reference", "a-metadatum", "a-key-of-note", "a-password", door.Key, TestDoor.OperatorKey })
        {
            Assert.DoesNotContain(personal, all, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_change_that_could_not_be_kept_is_503()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Administration.Unavailable = true;

        Answer answer = await door.SendAsync("PUT", "/admin/tenants/acme", "{\"name\":\"Acme\"}", "operator");

        answer.IsProblem(503, "unavailable");
        Assert.Equal("1", answer.Headers["Retry-After"]);
    }
}
