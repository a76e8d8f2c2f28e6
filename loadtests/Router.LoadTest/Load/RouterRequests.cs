using System.Text;

namespace Router.LoadTest.Load;

/// <summary>Messages for Router's HTTP API, of about 230 bytes: the text of a parcel service, one segment.</summary>
internal sealed class RouterRequests : IRequestWriter
{
    private readonly byte[][] heads;
    private readonly byte[] purpose;
    private readonly byte[][][] senders;
    private readonly int[] nextSender;
    private readonly Contacts contacts;
    private readonly int flow;
    private readonly int referenceEvery;
    private readonly bool lines;

    /// <param name="keys">Keys of tenants; a connection has one of them.</param>
    /// <param name="lines">Whether they are lines of streams.</param>
    /// <param name="contacts">To whom.</param>
    /// <param name="purpose">Their purpose.</param>
    /// <param name="flow">The flow's number.</param>
    /// <param name="referenceEvery">Each so-manieth carries its intended time as reference, too, so that its events tell it; 0: none. A reference costs Router's events a look at the record.</param>
    /// <param name="senders">Of each key, the senders that take turns; none: the tenant's default.</param>
    internal RouterRequests(string[] keys, bool lines, Contacts contacts, string purpose = "service", int flow = 0, int referenceEvery = 0, string[][]? senders = null)
    {
        this.lines = lines;
        this.contacts = contacts;
        this.flow = flow;
        this.referenceEvery = referenceEvery;
        this.purpose = Encoding.ASCII.GetBytes($"\",\"purpose\":\"{purpose}\",\"content\":{{\"type\":\"text\",\"text\":\"");
        this.senders = senders is null ? [] : [.. senders.Select(static of => of.Select(static s => Encoding.ASCII.GetBytes($",\"from\":\"{s}\"")).ToArray())];
        nextSender = new int[keys.Length];
        heads = [.. keys.Select(key => Encoding.ASCII.GetBytes(
            $"POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n{(lines ? "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n" : "Content-Type: application/json\r\nContent-Length: ")}"))];
    }

    public int WriteHead(Span<byte> to, int connection)
    {
        byte[] head = heads[connection % heads.Length];
        head.CopyTo(to);
        return head.Length;
    }

    public int Write(Span<byte> to, in Ticket ticket, int connection)
    {
        if (lines)
        {
            int line = WriteBody(to, ticket, connection);
            to[line] = (byte)'\n';
            return line + 1;
        }

        // The body has three digits of bytes: its length is written before it once it is known.
        int head = WriteHead(to, connection);
        int body = WriteBody(to[(head + 7)..], ticket, connection);
        var length = new Utf8Cursor(to[head..]);
        length.AddDecimal(body, 3);
        length.Add("\r\n\r\n"u8);
        return head + length.Length + body;
    }

    private int WriteBody(Span<byte> to, in Ticket ticket, int connection)
    {
        var body = new Utf8Cursor(to);
        body.Add("{\"to\":\"sms:+39"u8);
        body.AddDecimal(contacts.Of(ticket.Number), 10);
        body.Add(purpose);
        Stamp.Write(ref body, flow, ticket);
        body.Add(" Your parcel is on its way and will be with you today between two and four in the afternoon.\"}"u8);
        if (senders.Length > 0)
        {
            int key = connection % heads.Length;
            byte[][] own = senders[key];
            body.Add(own[nextSender[key]++ % own.Length]);
        }

        if (referenceEvery > 0 && ticket.Number % referenceEvery == 0)
        {
            body.Add(",\"reference\":\"L"u8);
            body.AddHex(ticket.Intended, 16);
            body.Add("\""u8);
        }

        body.Add("}"u8);
        return body.Length;
    }
}
