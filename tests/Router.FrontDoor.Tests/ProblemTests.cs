using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Router.Engine.Journal;
using Router.FrontDoor.Problems;
using Router.FrontDoor.Tests.Doubles;
using Router.Testing;

namespace Router.FrontDoor.Tests;

/// <summary>Problem details, and what is kept out of them and of the logs.</summary>
public sealed class ProblemTests
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

        using HttpResponseMessage response = await door.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(405, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["GET", "POST"], response.Content.Headers.Allow.Order());
    }

    [Fact]
    public async Task What_fails_inside_is_500_and_tells_nothing_of_it()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Refuse = static _ => throw new InvalidOperationException("secret inside +393331234567", new System.Net.Sockets.SocketException(13));

        Answer answer = await door.SendAsync("POST", "/v1/messages", TestDoor.Body());

        answer.IsProblem(500, "internal_error");
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
        string id = answer.Json.GetProperty("requestId").GetString()!;
        Assert.Contains(door.Log.Lines, l => l.Contains($"POST /v1/messages failed, request {id}: System.InvalidOperationException < System.Net.Sockets.SocketException\n", StringComparison.Ordinal));
        Assert.DoesNotContain(door.Log.Lines, static l => l.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void The_types_of_all_causes_are_told_and_of_too_many_the_first()
    {
        Exception deep = new FormatException("secret");
        for (int i = 0; i < 100; i++)
        {
            deep = new IOException("secret", deep);
        }

        Assert.Equal("System.AggregateException < (System.IO.IOException < System.FormatException, System.TimeoutException)", FaultTypes.Of(
            new AggregateException("secret", new IOException("secret", new FormatException("secret")), new TimeoutException("secret"))));
        Assert.Equal(string.Concat(Enumerable.Repeat("System.IO.IOException < ", 16)) + "…", FaultTypes.Of(deep));
    }

    [Theory]
    [InlineData("GET", "/v1/messages/018f0000-0000-7000-8000-000000000000", null, "/v1/messages/{id}")]
    [InlineData("DELETE", "/v1/messages/018f0000-0000-7000-8000-000000000000", null, "/v1/messages/{id}")]
    [InlineData("GET", "/v1/messages", null, "/v1/messages")]
    [InlineData("PUT", "/v1/contacts/sms:+393331234567/flags", "{}", "/v1/contacts/{address}/flags")]
    [InlineData("GET", "/v1/consents?address=sms:%2B393331234567", null, "/v1/consents")]
    public async Task Storage_that_cannot_answer_is_503_and_told_once_in_the_log(string method, string path, string? body, string route)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Shards.Cancel = Engine.Shards.CancelOutcome.NotFound;
        door.Faults.Fault = new JournalUnavailableException("'./data' is closed: Router is stopping");

        Answer answer = await door.SendAsync(method, path, body);

        answer.IsProblem(503, "unavailable");
        Assert.Equal("2", answer.Headers["Retry-After"]);
        string id = answer.Json.GetProperty("requestId").GetString()!;
        Assert.Equal(
            $"Warning {method} {route} could not be answered, request {id}: './data' is closed: Router is stopping ",
            Assert.Single(door.Log.Lines, static l => l.Contains("./data", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Events_that_storage_cannot_read_end_the_stream_short()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await using RawConnection raw = await door.ConnectAsync();
        await raw.SendHeadAsync("GET", "/v1/events", door.Key);
        await raw.ReadHeadAsync();
        Assert.StartsWith(":", await raw.ReadLineAsync(), StringComparison.Ordinal);

        // The message wakes the stream, which then looks into the log.
        door.Faults.Fault = new JournalUnavailableException("'./data' cannot be read");
        await door.PostAsync();
        while (await raw.ReadLineAsync() is not null)
        {
        }

        // Its answer has begun: it breaks off, never ends properly, so the client comes back with its last position.
        Assert.False(raw.EndedWhole);
        Assert.Single(door.Log.Lines, static l => l.Contains("GET /v1/events could not be answered, request", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("POST", "/v1/messages", "owner")]
    [InlineData("GET", "/v1/messages/018f0000-0000-7000-8000-000000000000", "owner")]
    [InlineData("DELETE", "/v1/messages/018f0000-0000-7000-8000-000000000000", "owner")]
    [InlineData("GET", "/v1/events", "owner")]
    [InlineData("PUT", "/v1/contacts/sms:+393331234567/flags", "owner")]
    [InlineData("POST", "/v1/consents", "owner")]
    [InlineData("PUT", "/admin/tenants/acme", "operator")]
    [InlineData("GET", "/admin/tenants/acme", "operator")]
    [InlineData("POST", "/admin/tenants/acme/keys", "operator")]
    [InlineData("DELETE", "/admin/tenants/acme/keys/id-owner", "operator")]
    [InlineData("PUT", "/admin/providers/p", "operator")]
    [InlineData("GET", "/admin/providers/p", "operator")]
    [InlineData("PUT", "/admin/routes", "operator")]
    [InlineData("GET", "/admin/routes", "operator")]
    [InlineData("GET", "/admin/shards", "operator")]
    public async Task A_query_parameter_that_is_not_known_is_refused_by_name_everywhere(string method, string path, string role)
    {
        await using TestDoor door = await TestDoor.OpenAsync();

        (await door.SendAsync(method, path + "?colour=red", method is "POST" or "PUT" ? "{}" : null, role)).IsProblem(400, "unknown_parameter", "colour");
        (await door.SendAsync(method, path + "?colour=red", role: null)).IsProblem(401, "unauthorized");
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

    // Kestrel throws the first two before RequestAborted says so; the others are ours unless it does.
    [Theory]
    [InlineData(typeof(ConnectionAbortedException), 0)]
    [InlineData(typeof(ConnectionResetException), 0)]
    [InlineData(typeof(IOException), 1)]
    [InlineData(typeof(OperationCanceledException), 1)]
    public async Task A_connection_that_ended_is_no_fault(Type exception, int lines)
    {
        using var logs = new CollectingLogs();
        var middleware = new ProblemMiddleware(_ => throw (Exception)Activator.CreateInstance(exception, "it ended")!, new Logger<ProblemMiddleware>(logs));

        await middleware.InvokeAsync(new DefaultHttpContext());

        Assert.Equal(lines, logs.Lines.Count);
    }
}
