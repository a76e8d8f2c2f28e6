using System.Text.Unicode;
using Router.Providers.Smpp;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Tests.Smpp.Protocol;

/// <summary>
/// Mutated and random bytes through every reader: no exception, no read past the end (each input lies at the very end of an array of its own size).
/// The seed is in the message of a failure.
/// </summary>
public sealed class ProtocolFuzz
{
    private const int Runs = 200_000;

    [Theory]
    [InlineData(1)]
    [InlineData(20_261_124)]
    public void No_bytes_make_a_reader_throw(int seed)
    {
        var random = new Random(seed);
        byte[][] seeds = Seeds();
        for (int run = 0; run < Runs; run++)
        {
            byte[] input = Mutate(seeds[random.Next(seeds.Length)], random);
            try
            {
                ReadAll(input);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                Assert.Fail($"seed {seed}, run {run}, input {Convert.ToHexString(input)}: {exception}");
            }
        }
    }

    internal static byte[][] Seeds()
    {
        byte[] buffer = new byte[512];
        var receipt = new ShortMessage
        {
            Source = SmppAddress.Of("+393331234567"u8),
            Destination = SmppAddress.Of("4499"u8),
            EsmClass = ShortMessage.EsmReceipt,
            Text = "id:0A1B sub:001 dlvrd:001 submit date:2611240900 done date:2611240901 stat:DELIVRD err:000 text:hello"u8,
            Tlvs = [0, 0x1E, 0, 4, 0x34, 0x32, 0x61, 0, 4, 0x27, 0, 1, 5, 4, 0x24, 0, 0],
        };
        byte[] deliver = buffer[..receipt.Write(Command.DeliverSm, 5, buffer)].ToArray();
        byte[] response = [0, 0, 0, 20, 0x80, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'1', (byte)'A', (byte)'f', 0];
        byte[] alone = buffer[..PduHeader.WriteAlone(Command.EnquireLink, 0, 3, buffer)].ToArray();
        byte[] bind = buffer[..Bind.Write(Command.BindTransceiver, 1, new SmppSettings { Host = "h", Port = 1, SystemId = "a", Password = "b", SystemType = "c" }, buffer)].ToArray();
        var inbound = new ShortMessage
        {
            Source = SmppAddress.Of("+393331234567"u8),
            Destination = SmppAddress.Of("4499"u8),
            EsmClass = ShortMessage.EsmUserDataHeader,
            DataCoding = 8,
            Text = [8, 8, 4, 1, 2, 3, 1, 0x24, 0, 0x04, 0x1F, 0xD8, 0x3D, 0xDE, 0x00, 0x00, 0x41],
            Tlvs = [2, 0x0C, 0, 2, 1, 2, 2, 0x0E, 0, 1, 3, 2, 0x0F, 0, 1, 2, 0x04, 0x23, 0, 3, 3, 0, 27],
        };
        byte[] message = buffer[..inbound.Write(Command.DeliverSm, 6, buffer)].ToArray();
        inbound.EsmClass = 0x40;
        inbound.DataCoding = 0;
        inbound.Text = [6, 0x25, 1, 1, 0x24, 1, 1, 0x1B, 0x49, 0x40, 0x1B, 0x1B, 0x00, 0x65];
        byte[] shifted = buffer[..inbound.Write(Command.DeliverSm, 7, buffer)].ToArray();
        byte[] data = [0, 0, 0, 50, 0, 0, 1, 3, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 1, .. "393331234567\0"u8, 0, 0, .. "4499\0"u8, 0x40, 0, 8, 4, 0x24, 0, 6, 5, 0, 3, 7, 2, 1];
        return [deliver.ToArray(), response, alone, bind, message, shifted, data];
    }

    internal static byte[] Mutate(byte[] seed, Random random)
    {
        byte[] input = (byte[])seed.Clone();
        for (int i = random.Next(6); i > 0; i--)
        {
            switch (random.Next(4))
            {
                case 0:
                    input[random.Next(input.Length)] = (byte)random.Next(256);
                    break;
                case 1:
                    input[random.Next(input.Length)] ^= (byte)(1 << random.Next(8));
                    break;
                case 2 when input.Length > 1:
                    input = input[..random.Next(1, input.Length)];
                    break;
                default:
                    int at = random.Next(input.Length);
                    byte[] more = new byte[random.Next(1, 20)];
                    random.NextBytes(more);
                    input = [.. input[..at], .. more, .. input[at..]];
                    break;
            }
        }

        return input;
    }

    private static void ReadAll(byte[] input)
    {
        FrameState state = PduHeader.Read(input, out PduHeader header);
        ReadOnlySpan<byte> body = state == FrameState.Whole ? input.AsSpan(PduHeader.Size, header.Length - PduHeader.Size) : input;
        if (ShortMessage.TryReadData(body, out ShortMessage data))
        {
            ReadInbound(data);
        }

        if (ShortMessage.TryRead(body, out ShortMessage message))
        {
            ReadInbound(message);
            DeliveryReceipt.ErrorOf(message);
            DeliveryReceipt.Read(message, out ReadOnlySpan<byte> id, out _);
            Span<byte> literal = stackalloc byte[MessageIdText.SizeMax];
            Span<byte> reading = stackalloc byte[MessageIdText.SizeMax];
            int length = MessageIdText.Literal(id, literal);
            MessageIdText.HexToDecimal(literal[..length], reading);
            MessageIdText.DecimalToHex(literal[..length], reading);
            SmppTime.TryRead(message.ValidityPeriod, 0, out _);
        }

        ErrorMap.KeyOf(body);
        var reader = new PduReader(body);
        reader.CString(65);
        ReceiptText.Read(body, out _, out _, out _);
        SmppTime.TryRead(body, 0, out _);
        var tlvs = new TlvReader(body);
        while (tlvs.MoveNext())
        {
            _ = tlvs.Value.Length;
        }
    }

    private static void ReadInbound(in ShortMessage message)
    {
        byte[] buffer = new byte[InboundPart.SizeOf(message)];
        Span<Alphabet> standards = [Alphabet.Gsm, Alphabet.Latin1, Alphabet.Ascii];
        foreach (Alphabet standard in standards)
        {
            if (InboundPart.TryRead(message, standard, "39"u8, buffer, out InboundPart part))
            {
                // Text and addresses are valid UTF-8 whatever came, and a part is one of its message.
                Assert.True(Utf8.IsValid(part.Text) && Utf8.IsValid(part.From) && Utf8.IsValid(part.To));
                Assert.True(part.Header.Parts == 0 || (part.Header.Part >= 1 && part.Header.Part <= part.Header.Parts));
            }
        }
    }
}
