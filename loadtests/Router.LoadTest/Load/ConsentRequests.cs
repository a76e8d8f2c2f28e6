using System.Text;

namespace Router.LoadTest.Load;

/// <summary>Grants of consent to marketing, a contact each: without one nothing of marketing leaves.</summary>
internal sealed class ConsentRequests(string key, Contacts contacts) : IRequestWriter
{
    private readonly byte[] head = Encoding.ASCII.GetBytes(
        $"POST /v1/consents HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: 87\r\n\r\n");

    public int WriteHead(Span<byte> to, int connection) => throw new NotSupportedException("consents are no stream");

    public int Write(Span<byte> to, in Ticket ticket, int connection)
    {
        var request = new Utf8Cursor(to);
        request.Add(head);
        request.Add("{\"address\":\"sms:+39"u8);
        request.AddDecimal(contacts.Of(ticket.Number), 10);
        request.Add("\",\"purpose\":\"marketing\",\"state\":\"granted\",\"source\":\"form\"}"u8);
        return request.Length;
    }
}
