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

        // Only a body without a length is read until the end; none of the servers here sends one.
        int at = bytes[..head].IndexOf("Content-Length: "u8);
        int length = 0;
        if (at >= 0 && !Utf8Parser.TryParse(bytes[(at + 16)..head], out length, out _))
        {
            throw new InvalidDataException("an answer's Content-Length is no number");
        }

        int whole = head + 4 + length;
        if (bytes.Length < whole)
        {
            return;
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
