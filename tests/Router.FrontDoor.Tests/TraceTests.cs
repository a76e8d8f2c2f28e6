using System.Diagnostics;
using Router.Core.Messages;
using Router.FrontDoor.Tests.Doubles;
using Router.FrontDoor.Traces;
using Router.Testing;

namespace Router.FrontDoor.Tests;

/// <summary>Spans of requests, and what of them is kept with messages. Alone, because whoever listens has all of the process told.</summary>
[Collection(nameof(Alone))]
public sealed class TraceTests
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string SpanId = "00f067aa0ba902b7";
    private const string Sampled = $"00-{TraceId}-{SpanId}-01";

    /// <summary>Tests that nothing else runs beside.</summary>
    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public sealed class Alone;

    [Fact]
    public async Task A_request_of_a_recorded_trace_is_a_span_in_it_and_its_message_is_kept_with_that()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        using var spans = new HeardSpans(RequestTraces.Name);

        Answer answer = await door.SendAsync(
            "POST", "/v1/messages", TestDoor.Body(more: ",\"fallback\":{\"to\":\"email:ada@example.com\"}"), headers: [("traceparent", Sampled), ("tracestate", "vendor=1")]);

        Assert.Equal(202, answer.Status);
        Activity span = await OnlyAsync(spans);
        Assert.Equal((TraceId, SpanId, true), (span.TraceId.ToHexString(), span.ParentSpanId.ToHexString(), span.HasRemoteParent));
        Assert.Equal(("POST /v1/messages", ActivityKind.Server, "vendor=1"), (span.DisplayName, span.Kind, span.TraceStateString));
        Assert.Equal("http.request.method=POST http.route=/v1/messages http.response.status_code=202", HeardSpans.TagsOf(span));
        Assert.Empty(span.Events);
        Assert.Empty(span.Baggage);
        Assert.Equal(2, door.Journal.Store.MessageCount);
        Assert.All(door.Journal.Store.Snapshot(), m => Assert.Equal(TraceContext.Of(span.Context), m.Accepted.Trace));
        Assert.DoesNotContain(answer.Headers.Keys, static h => h.StartsWith("trace", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Lines_of_a_stream_are_kept_with_their_requests_span_and_requests_are_used_again_without_it()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        string body = string.Concat(Enumerable.Range(1, 50).Select(static i => Ndjson.Line(i) + "\n"));
        using var spans = new HeardSpans(RequestTraces.Name);

        await door.SendAsync("POST", "/v1/messages", body, type: Ndjson.MediaType, headers: ("traceparent", Sampled));
        Activity span = await OnlyAsync(spans);
        await door.SendAsync("POST", "/v1/messages", body, type: Ndjson.MediaType);

        Assert.Equal(
            Enumerable.Repeat(TraceContext.Of(span.Context), 50).Concat(Enumerable.Repeat(default(TraceContext), 50)),
            door.Journal.Store.Snapshot().OrderBy(m => m.Accepted.Trace == default).Select(static m => m.Accepted.Trace));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01")]
    [InlineData("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4737-00f067aa0ba902b7-01")]
    [InlineData("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more")]
    [InlineData("0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    [InlineData("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    [InlineData("00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01")]
    public async Task A_malformed_parent_is_as_none(params string[] lines)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        (string, string)[] headers = [.. lines.Select(static l => ("traceparent", l))];
        using (var spans = new HeardSpans(RequestTraces.Name))
        {
            Assert.Equal(202, (await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), headers: headers)).Status);
            Assert.Empty(spans.Recorded);
            Assert.Equal(default, door.Journal.Store.Snapshot().Single().Accepted.Trace);
        }

        // A sampler that takes it begins a trace of its own: neither the header's nor that of ASP.NET's span, which nobody is told.
        using var all = new HeardSpans(RequestTraces.Name, recordsRoots: true);
        Assert.Equal(404, (await door.SendAsync("GET", "/v1/messages/0194f9a2-7a3c-7000-8000-000000000000", headers: headers)).Status);
        Activity span = await OnlyAsync(all);
        Assert.Equal(default, span.ParentSpanId);
        Assert.NotEqual(TraceId, span.TraceId.ToHexString());
        Assert.Equal("http.request.method=GET http.route=/v1/messages/{id} http.response.status_code=404", HeardSpans.TagsOf(span));
    }

    [Theory]
    [InlineData("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    [InlineData("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-is-to-come")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03")]
    public async Task A_parent_of_a_younger_version_or_with_other_flags_is_read_as_far_as_it_is_known(string line)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        using var spans = new HeardSpans(RequestTraces.Name);

        await door.SendAsync("GET", "/v1/messages", headers: ("traceparent", line));

        Activity span = await OnlyAsync(spans);
        Assert.Equal((TraceId, SpanId), (span.TraceId.ToHexString(), span.ParentSpanId.ToHexString()));
    }

    [Theory]
    [InlineData("x", 513)]
    [InlineData("vendor=\u00e9", 1)]
    public async Task A_state_that_is_too_long_or_no_text_is_left_out(string state, int times)
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        using var spans = new HeardSpans(RequestTraces.Name);

        await using RawConnection raw = await door.ConnectAsync();
        await raw.SendAsync($"GET /v1/messages HTTP/1.1\r\nHost: x\r\nConnection: close\r\ntraceparent: {Sampled}\r\ntracestate: {string.Concat(Enumerable.Repeat(state, times))}\r\n\r\n");
        await raw.ReadHeadAsync();

        Activity span = await OnlyAsync(spans);
        Assert.Equal((TraceId, null), (span.TraceId.ToHexString(), span.TraceStateString));
    }

    [Fact]
    public async Task What_is_not_recorded_or_not_listened_to_is_not_kept()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), headers: ("traceparent", Sampled));
        using var spans = new HeardSpans(RequestTraces.Name, recordsRoots: true);
        await door.SendAsync("POST", "/v1/messages", TestDoor.Body(), headers: ("traceparent", $"00-{TraceId}-{SpanId}-00"));

        Assert.Empty(spans.Recorded);
        Assert.Equal(2, door.Journal.Store.MessageCount);
        Assert.All(door.Journal.Store.Snapshot(), static m => Assert.Equal(default, m.Accepted.Trace));
    }

    [Fact]
    public async Task Refused_and_failed_requests_are_told_by_status_and_kind_of_fault_alone()
    {
        await using TestDoor door = await TestDoor.OpenAsync();
        door.Faults.Fault = new InvalidOperationException("ada@example.com");
        using var spans = new HeardSpans(RequestTraces.Name);

        await door.SendAsync("GET", "/v1/messages?contact=sms:%2B393331234567", role: null, headers: ("traceparent", Sampled));
        await door.SendAsync("GET", "/v1/messages/0194f9a2-7a3c-7000-8000-000000000000", headers: ("traceparent", Sampled));

        await Ndjson.Until(() => spans.Recorded.Count() == 2);
        Assert.Equal(
            [
                "http.request.method=GET http.route=/v1/messages http.response.status_code=401",
                "http.request.method=GET http.route=/v1/messages/{id} error.type=System.InvalidOperationException",
            ],
            spans.Recorded.Select(HeardSpans.TagsOf));
        Assert.Equal([(ActivityStatusCode.Unset, null), (ActivityStatusCode.Error, null)], spans.Recorded.Select(static s => (s.Status, s.StatusDescription)));
    }

    // A span ends after its answer is out.
    private static async Task<Activity> OnlyAsync(HeardSpans spans)
    {
        await Ndjson.Until(() => spans.Recorded.Any());
        return Assert.Single(spans.Recorded);
    }
}
