using System.Buffers.Binary;
using System.Net.Sockets;
using Router.LoadTest.Wire;

namespace Router.LoadTest.Carrier;

/// <summary>One bind of a client: answers at once, sends receipts behind the answers.</summary>
internal sealed class CarrierLink(Socket socket, long number, Epoll epoll, SmppCarrier carrier) : IDisposable
{
    // Receipts not acknowledged. What waits to be sent is bounded by it and by the client's own window, so reading never stops and two full buffers cannot wait for each other.
    private const int ReceiptWindow = 2_000;
    private const int PduBytesMax = 64 * 1024;
    private const int ReceiptBytesMax = 256;

    private readonly InBuffer input = new(64 * 1024);
    private readonly OutBuffer output = new(64 * 1024);
    private readonly OutBuffer receipts = new(64 * 1024);
    private int unacknowledged;
    private uint sequence;
    private bool receives;
    private bool waitsToWrite;

    internal bool IsBound { get; private set; }

    /// <summary>Reads and answers what came; false: the link is gone.</summary>
    internal bool Go()
    {
        try
        {
            while (input.ReadFrom(socket))
            {
                long now = Load.Clock.Now;
                while (TryPdu(out int length))
                {
                    Take(input.Unused[..length], now);
                    input.Use(length);
                }
            }

            Send();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose() => socket.Dispose();

    private bool TryPdu(out int length)
    {
        length = input.Unused.Length < 4 ? 0 : BinaryPrimitives.ReadInt32BigEndian(input.Unused);
        return length is 0 or (>= SmppPdu.HeaderLength and <= PduBytesMax)
            ? length > 0 && input.Unused.Length >= length
            : throw new InvalidDataException($"a PDU of {length} bytes");
    }

    private void Take(ReadOnlySpan<byte> pdu, long now)
    {
        uint command = BinaryPrimitives.ReadUInt32BigEndian(pdu[4..]);
        uint given = BinaryPrimitives.ReadUInt32BigEndian(pdu[12..]);
        switch (command)
        {
            case SmppPdu.SubmitSm:
                var submit = new SmppPdu.Submit(pdu[SmppPdu.HeaderLength..]);
                long id = carrier.Take(submit, now);
                if (carrier.Holds)
                {
                    break;
                }

                output.Advance(SmppPdu.NumberResponse(output.Room(64), command, given, id));
                if (submit.WantsReceipt && receives)
                {
                    receipts.Advance(SmppPdu.Receipt(receipts.Room(ReceiptBytesMax), submit, id, carrier.WallTime));
                }

                break;
            case SmppPdu.BindReceiver or SmppPdu.BindTransceiver or SmppPdu.BindTransmitter:
                IsBound = true;
                receives = command != SmppPdu.BindTransmitter;
                output.Advance(SmppPdu.NumberResponse(output.Room(64), command, given, 1));
                break;
            case SmppPdu.DeliverSm | SmppPdu.Response:
                unacknowledged--;
                carrier.ReceiptAcknowledged(BinaryPrimitives.ReadUInt32BigEndian(pdu[8..]));
                break;
            case SmppPdu.EnquireLink or SmppPdu.Unbind:
                SmppPdu.Header(output.Room(SmppPdu.HeaderLength), SmppPdu.HeaderLength, command | SmppPdu.Response, 0, given);
                output.Advance(SmppPdu.HeaderLength);
                break;
            default:
                break; // responses to what we never ask, and vendors' own
        }
    }

    private void Send()
    {
        while (unacknowledged < ReceiptWindow && receipts.Count > 0)
        {
            ReadOnlySpan<byte> waiting = receipts.Waiting;
            int length = BinaryPrimitives.ReadInt32BigEndian(waiting);
            Span<byte> to = output.Room(length);
            waiting[..length].CopyTo(to);
            BinaryPrimitives.WriteUInt32BigEndian(to[12..], ++sequence);
            output.Advance(length);
            receipts.Drop(length);
            unacknowledged++;
        }

        output.SendOn(socket);
        if (waitsToWrite != output.Count > 0)
        {
            waitsToWrite = output.Count > 0;
            epoll.Change(socket, number, waitsToWrite ? Epoll.Readable | Epoll.Writable : Epoll.Readable);
        }
    }
}
