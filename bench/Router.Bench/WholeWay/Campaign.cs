using System.Globalization;
using System.Text;

namespace Router.Bench.WholeWay;

/// <summary>So many messages to random contacts as one NDJSON stream, sent and followed until each is told as delivered. Made before anything is counted.</summary>
internal sealed class Campaign
{
    private readonly int messages;
    private readonly byte[] lines;

    /// <param name="messages">How many.</param>
    /// <param name="seed">Which contacts: of 10⁹ numbers, so nearly all are new ones.</param>
    public Campaign(int messages, int seed)
    {
        this.messages = messages;
        var random = new Random(seed);
        var text = new StringBuilder();
        for (int i = 0; i < messages; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $$$"""{"to":"sms:+39{{{random.NextInt64(3_000_000_000, 3_999_999_999)}}}","purpose":"service","content":{"type":"text","text":"Your parcel {{{i:D9}}} is on its way and will be with you today between two and four in the afternoon."} }""").Append('\n');
        }

        lines = Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Sends it; returns when the event stream has told the last delivery.</summary>
    /// <exception cref="InvalidOperationException">Not every message was accepted or delivered.</exception>
    public void Run(RunningHost host)
    {
        using var events = new PlainConnection(host, "GET /v1/events", "");
        if (events.Count("\nid: "u8, 1) == 0)
        {
            throw new InvalidOperationException("the event stream does not begin");
        }

        using var stream = new PlainConnection(
            host, "POST /v1/messages", string.Create(CultureInfo.InvariantCulture, $"Content-Type: application/x-ndjson\r\nContent-Length: {lines.Length}\r\nConnection: close\r\n"));
        int accepted = 0;
        var answers = new Thread(() => accepted = stream.Count("\"status\":\"accepted\""u8, int.MaxValue)) { Name = "answers" };
        var sender = new Thread(() => stream.Send(lines)) { Name = "sender" };
        answers.Start();
        sender.Start();
        int delivered = events.Count("event: message.delivered"u8, messages);
        sender.Join();
        answers.Join();
        if (accepted != messages || delivered != messages)
        {
            throw new InvalidOperationException($"{accepted} accepted and {delivered} delivered of {messages}");
        }
    }
}
