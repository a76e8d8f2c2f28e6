using Router.LoadTest.Load;

namespace Router.LoadTest.Tests;

public sealed class OpenLoopTests
{
    private const string Accepted = "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}";
    private static readonly TimeSpan stall = TimeSpan.FromMilliseconds(400);

    [Fact]
    public void A_stall_shows_in_every_message_that_was_due_meanwhile()
    {
        // One connection; the server takes 400 ms for the first answer. All 100 messages were due in the first 100 ms, so each waited at least 300 ms from when it was to be sent,
        // though the server itself had 99 of them for a moment only.
        using var server = new ScriptedServer(static n =>
        {
            if (n == 0)
            {
                Thread.Sleep(stall);
            }

            return Accepted;
        });
        FlowResult result = Drive(server, Schedule.Of((0.1, 1_000)), 1);
        Assert.Equal(100, result.Accepted);
        Assert.True(result.OpenLoop);
        Assert.True(result.Answered.Curve[0] >= 300, $"the quickest took {result.Answered.Curve[0]} ms");
        Assert.Equal(100, result.Answered.Count);
    }

    [Fact]
    public void What_no_connection_took_in_time_is_told_as_not_sent()
    {
        using var server = new ScriptedServer(static n =>
        {
            if (n == 0)
            {
                Thread.Sleep(stall);
            }

            return Accepted;
        });
        FlowResult result = Drive(server, Schedule.Of((0.1, 100)), 1, graceSeconds: 0);
        Assert.Equal(10, result.Offered);
        Assert.Equal(1, result.Accepted);
        Assert.Equal(9, result.Unsent);
    }

    [Fact]
    public void Answers_are_told_apart_by_status_however_their_bodies_come()
    {
        string[] answers =
        [
            Accepted,
            "HTTP/1.1 429 Too Many Requests\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n2\r\n1}\r\n0\r\n\r\n",
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 500 Internal Server Error\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
            "", // the connection is cut without an answer
        ];
        using var server = new ScriptedServer(n => n < answers.Length ? answers[n] : Accepted);
        FlowResult result = Drive(server, Schedule.Unpaced(60, 10), 1);
        Assert.Equal(6, result.Accepted);
        Assert.Equal(1, result.TooMany);
        Assert.Equal(1, result.Unavailable);
        Assert.Equal(2, result.Failed);
        Assert.Equal(500, result.OddStatus);
        Assert.Equal(0, result.Unsent);
    }

    [Fact]
    public void Lines_are_answered_in_order_with_problems_among_them()
    {
        const string Answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        const string Lines = "{\"line\":1,\"id\":\"x\",\"status\":\"accepted\"}\n{\"line\":2,\"problem\":{\"status\":429,\"code\":\"too_many_waiting\"}}\n{\"line\":3,\"problem\":{\"status\":503}}\n";
        using var server = new ScriptedServer(static n => n == 0 ? $"{Answer}{Lines.Length:x}\r\n{Lines}\r\n0\r\n\r\n" : "");
        FlowResult result = Drive(server, Schedule.Unpaced(60, 3), 1, lines: true);
        Assert.Equal(1, result.Accepted);
        Assert.Equal(1, result.TooMany);
        Assert.Equal(1, result.Unavailable);
        Assert.Equal(0, result.Failed);
        string sent = server.Requests.ToString();
        Assert.Contains("Transfer-Encoding: chunked", sent, StringComparison.Ordinal);
        Assert.Equal(3, sent.Split("{\"to\":\"sms:+39").Length - 1);
    }

    private static FlowResult Drive(ScriptedServer server, Schedule schedule, int connections, double graceSeconds = 60, bool lines = false)
    {
        var loop = new FlowLoop(
            new FlowOptions
            {
                Name = "test",
                Target = server.EndPoint,
                Schedule = schedule,
                Connections = connections,
                Lines = lines,
                GraceSeconds = graceSeconds,
                Requests = new RouterRequests(["key"], lines, new Contacts(0)),
            },
            static clock => clock / 1e9);
        loop.Start();
        return loop.Join();
    }
}
