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
        byte[] deliver = buffer[..receipt.Write(Command.DeliverSm, 5, buffer)];
        byte[] response = [0, 0, 0, 20, 0x80, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'1', (byte)'A', (byte)'f', 0];
        byte[] alone = buffer[..PduHeader.WriteAlone(Command.EnquireLink, 0, 3, buffer)].ToArray();
        byte[] bind = buffer[..Bind.Write(Command.BindTransceiver, 1, "a"u8, "b"u8, "c"u8, buffer)].ToArray();
        return [deliver.ToArray(), response, alone, bind];
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
        if (ShortMessage.TryRead(body, out ShortMessage message))
        {
            DeliveryReceipt.Read(message, out ReadOnlySpan<byte> id, out _);
            Span<byte> literal = stackalloc byte[MessageIdText.SizeMax];
            Span<byte> reading = stackalloc byte[MessageIdText.SizeMax];
            int length = MessageIdText.Literal(id, literal);
            MessageIdText.HexToDecimal(literal[..length], reading);
            MessageIdText.DecimalToHex(literal[..length], reading);
            SmppTime.TryRead(message.ValidityPeriod, 0, out _);
        }

        var reader = new PduReader(body);
        reader.CString(65);
        ReceiptText.Read(body, out _, out _);
        SmppTime.TryRead(body, 0, out _);
        var tlvs = new TlvReader(body);
        while (tlvs.MoveNext())
        {
            _ = tlvs.Value.Length;
        }
    }
}
