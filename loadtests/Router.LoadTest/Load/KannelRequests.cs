namespace Router.LoadTest.Load;

/// <summary>The same messages for Kannel's smsbox, whose HTTP interface takes them in the query of a GET.</summary>
internal sealed class KannelRequests(Contacts contacts) : IRequestWriter
{
    public int WriteHead(Span<byte> to, int connection) => throw new NotSupportedException("Kannel knows no streams");

    public int Write(Span<byte> to, in Ticket ticket, int connection)
    {
        var request = new Utf8Cursor(to);
        request.Add("GET /cgi-bin/sendsms?username=load&password=load&from=390001&to=39"u8);
        request.AddDecimal(contacts.Of(ticket.Number), 10);
        request.Add("&text="u8);
        Stamp.Write(ref request, 0, ticket);
        request.Add("+Your+parcel+is+on+its+way+and+will+be+with+you+today+between+two+and+four+in+the+afternoon. HTTP/1.1\r\nHost: localhost\r\n\r\n"u8);
        return request.Length;
    }
}
