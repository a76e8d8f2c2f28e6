using System.Buffers.Binary;

namespace Router.LoadTest.Carrier;

/// <summary>The few bytes of SMPP 3.4 that a carrier needs, read and written without a line of the product's: what both get wrong alike would not show.</summary>
internal static class SmppPdu
{
    internal const int HeaderLength = 16;
    internal const uint Response = 0x8000_0000;
    internal const uint BindReceiver = 0x01;
    internal const uint BindTransmitter = 0x02;
    internal const uint SubmitSm = 0x04;
    internal const uint DeliverSm = 0x05;
    internal const uint Unbind = 0x06;
    internal const uint BindTransceiver = 0x09;
    internal const uint EnquireLink = 0x15;

    private const byte ReceiptEsmClass = 0x04;

    /// <summary>Writes a header; the whole PDU has <paramref name="length"/> bytes.</summary>
    internal static void Header(Span<byte> to, int length, uint command, uint status, uint sequence)
    {
        BinaryPrimitives.WriteInt32BigEndian(to, length);
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], command);
        BinaryPrimitives.WriteUInt32BigEndian(to[8..], status);
        BinaryPrimitives.WriteUInt32BigEndian(to[12..], sequence);
    }

    /// <summary>Writes a response whose body is one C octet string of a number; bytes written.</summary>
    internal static int NumberResponse(Span<byte> to, uint command, uint sequence, long number)
    {
        _ = System.Buffers.Text.Utf8Formatter.TryFormat(number, to[HeaderLength..], out int digits);
        int length = HeaderLength + digits + 1;
        to[length - 1] = 0;
        Header(to, length, command | Response, 0, sequence);
        return length;
    }

    /// <summary>
    /// Writes the receipt of a submit as <c>deliver_sm</c>: what was the source is the destination. The sequence number is put in when it goes out. Bytes written.
    /// </summary>
    internal static int Receipt(Span<byte> to, in Submit submit, long id, DateTime at)
    {
        var body = new Load.Utf8Cursor(to[HeaderLength..]);
        body.Add([0, 1, 1]);
        body.Add(submit.Destination);
        body.Add([0, 1, 1]);
        body.Add(submit.Source);
        body.Add([0, ReceiptEsmClass, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        int lengthAt = body.Length - 1;
        body.Add("id:"u8);
        Span<byte> digits = stackalloc byte[20];
        _ = System.Buffers.Text.Utf8Formatter.TryFormat(id, digits, out int count);
        body.Add(digits[..count]);
        Span<byte> time = stackalloc byte[10];
        _ = at.TryFormat(time, out _, "yyMMddHHmm");
        body.Add(" sub:001 dlvrd:001 submit date:"u8);
        body.Add(time);
        body.Add(" done date:"u8);
        body.Add(time);
        body.Add(" stat:DELIVRD err:000 text:"u8);
        to[HeaderLength + lengthAt] = (byte)(body.Length - lengthAt - 1);
        Header(to, HeaderLength + body.Length, DeliverSm, 0, 0);
        return HeaderLength + body.Length;
    }

    /// <summary>A <c>submit_sm</c>'s addresses and text.</summary>
    internal readonly ref struct Submit
    {
        internal Submit(ReadOnlySpan<byte> body)
        {
            var rest = body;
            _ = Text(ref rest); // service_type
            rest = rest[2..];
            Source = Text(ref rest);
            rest = rest[2..];
            Destination = Text(ref rest);
            rest = rest[3..]; // esm_class, protocol_id, priority_flag
            _ = Text(ref rest); // schedule_delivery_time
            _ = Text(ref rest); // validity_period
            WantsReceipt = (rest[0] & 3) != 0;
            Content = rest.Slice(5, rest[4]);
        }

        internal ReadOnlySpan<byte> Source { get; }

        internal ReadOnlySpan<byte> Destination { get; }

        internal bool WantsReceipt { get; }

        internal ReadOnlySpan<byte> Content { get; }

        private static ReadOnlySpan<byte> Text(scoped ref ReadOnlySpan<byte> rest)
        {
            int end = rest.IndexOf((byte)0);
            ReadOnlySpan<byte> text = rest[..end];
            rest = rest[(end + 1)..];
            return text;
        }
    }
}
