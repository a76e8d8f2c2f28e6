using System.Buffers.Text;
using System.Net;
using Router.LoadTest.Load;

namespace Router.LoadTest.Wire;

/// <summary>HTTP/1.1 requests, one at a time: the next is sent when the answer to the one before is there.</summary>
internal sealed class PostConnection(int number, IPEndPoint target, Epoll epoll, Tally tally, IRequestWriter requests) : DriverConnection(number, target, epoll, tally, 4_096, 4_096)
{
    private const int RequestBytesMax = 2_048;

    private Ticket ticket;
    private long sentAt;
    private bool asked;

    internal override int InFlight => asked ? 1 : 0;

    internal override bool HasRoom => !asked && IsOpen;

    internal override void Take(in Ticket ticket)
    {
        this.ticket = ticket;
        asked = true;
        sentAt = ticket.TakenAt;
        Out.Advance(requests.Write(Out.Room(RequestBytesMax), ticket, Number));
    }

    protected override void Read(long now)
    {
        ReadOnlySpan<byte> bytes = In.Unused;
        int head = bytes.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return;
        }

        int body = BodyLength(bytes[..head], bytes[(head + 4)..]);
        int whole = head + 4 + body;
        if (body < 0 || bytes.Length < whole)
        {
            return;
        }

        if (!asked)
        {
            throw new InvalidDataException("an answer to nothing");
        }

        _ = Utf8Parser.TryParse(bytes[9..12], out int status, out _);
        bool closes = bytes[..head].IndexOf("Connection: close"u8) >= 0;
        In.Use(whole);
        asked = false;
        Tally.Answer(status, ticket.Intended, sentAt, now);
        if (closes)
        {
            Reopen();
        }
    }

    // Bytes of the body (RFC 9112 §6.3); negative: its end is not there yet. No server here sends one that ends with the connection.
    private static int BodyLength(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        int at = head.IndexOf("Content-Length: "u8);
        if (at >= 0)
        {
            return Utf8Parser.TryParse(head[(at + 16)..], out int length, out _) ? length : throw new InvalidDataException("an answer's Content-Length is no number");
        }

        if (head.IndexOf("Transfer-Encoding: chunked"u8) < 0)
        {
            return 0;
        }

        // The last chunk, which stands at the beginning or after another; problems hold no such text.
        int last = body.StartsWith("0\r\n\r\n"u8) ? -2 : body.IndexOf("\r\n0\r\n\r\n"u8);
        return last == -1 ? -1 : last + 7;
    }

    protected override bool Gone()
    {
        if (asked)
        {
            asked = false;
            Tally.Fail(1);
        }

        return true;
    }
}
