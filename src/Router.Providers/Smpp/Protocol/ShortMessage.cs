using Router.Core.Segments;

namespace Router.Providers.Smpp.Protocol;

/// <summary>
/// The body that <c>submit_sm</c> (SMPP 3.4 §4.4.1) and <c>deliver_sm</c> (§4.6.1) share. Reading points into the bytes received; nothing is copied.
/// </summary>
/// <remarks>Hot path. <c>SubmitSmBenchmark</c>, 0 B.</remarks>
internal ref struct ShortMessage
{
    /// <summary><c>esm_class</c> (§5.2.12): user data begins with a header.</summary>
    public const byte EsmUserDataHeader = 0x40;

    /// <summary>The bits of <c>esm_class</c> that say what a <c>deliver_sm</c> is.</summary>
    public const byte EsmTypeMask = 0x3C;

    /// <summary>A receipt of the SMSC.</summary>
    public const byte EsmReceipt = 0x04;

    /// <summary>A delivery acknowledgement of the subscriber's device.</summary>
    public const byte EsmDeviceAcknowledgement = 0x08;

    /// <summary>A manual acknowledgement: what a subscriber answers to one message, which <c>receipted_message_id</c> names.</summary>
    public const byte EsmUserAcknowledgement = 0x10;

    /// <summary>The end of a conversation in Korean networks.</summary>
    public const byte EsmConversationAbort = 0x18;

    /// <summary>An intermediate notification.</summary>
    public const byte EsmIntermediate = 0x20;

    /// <summary><c>registered_delivery</c> (§5.2.17): a receipt for the final state, good or bad.</summary>
    public const byte FinalReceipt = 0x01;

    /// <summary>A receipt for a failure only.</summary>
    public const byte FailureReceipt = 0x02;

    /// <summary>A receipt for a success only: reserved in SMPP 3.4, so from SMPP 5.0 (§4.7.21) on.</summary>
    public const byte SuccessReceipt = 0x03;

    /// <summary>Longest <c>submit_sm</c> that <see cref="WriteSubmit"/> writes: header 16, service type 1, addresses 2 × (2 + 21), eight octets, times of 1 and 17, length 1, user data 160 or 153 and 16 of sar_ parameters.</summary>
    public const int SizeMax = PduHeader.Size + 1 + (2 * 23) + 8 + 1 + SmppTime.Size + 1 + 153 + 16;

    // Read more generously than the standard's 21: some carriers deliver longer senders, and a receipt is not to be lost for it.
    private const int AddressReadMax = 65;

    /// <summary>Source.</summary>
    public SmppAddress Source;

    /// <summary>Destination.</summary>
    public SmppAddress Destination;

    /// <summary>Mode, type and features.</summary>
    public byte EsmClass;

    /// <summary>Receipt wanted.</summary>
    public byte RegisteredDelivery;

    /// <summary>Encoding of the user data (§5.2.19).</summary>
    public byte DataCoding;

    /// <summary>How long it is valid, a time as it stands (§7.1.1); empty: the carrier's default.</summary>
    public ReadOnlySpan<byte> ValidityPeriod;

    /// <summary>User data, header included.</summary>
    public ReadOnlySpan<byte> Text;

    /// <summary>Optional parameters as they stand.</summary>
    public ReadOnlySpan<byte> Tlvs;

    /// <summary>What a submit's GSM text is written in: for accounts whose <c>data_coding</c> 0 is another alphabet, all of whose characters the text is made of.</summary>
    public Alphabet Standard;

    /// <summary>Reads a body; false when a mandatory field is missing or too long.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out ShortMessage message)
    {
        message = default;
        var reader = new PduReader(body);
        reader.CString(6); // service_type
        byte ton = reader.Byte();
        byte npi = reader.Byte();
        message.Source = new SmppAddress(ton, npi, reader.CString(AddressReadMax));
        ton = reader.Byte();
        npi = reader.Byte();
        message.Destination = new SmppAddress(ton, npi, reader.CString(AddressReadMax));
        message.EsmClass = reader.Byte();
        reader.Byte(); // protocol_id
        reader.Byte(); // priority_flag
        reader.CString(SmppTime.Size + 1); // schedule_delivery_time
        message.ValidityPeriod = reader.CString(SmppTime.Size + 1);
        message.RegisteredDelivery = reader.Byte();
        reader.Byte(); // replace_if_present_flag
        message.DataCoding = reader.Byte();
        reader.Byte(); // sm_default_msg_id
        int length = reader.Byte();
        message.Text = reader.Octets(length);
        message.Tlvs = reader.Rest;
        return reader.Ok;
    }

    /// <summary>Reads the body of a <c>data_sm</c> (§4.7.1), whose user data is in <c>message_payload</c>; false when a mandatory field is missing or too long.</summary>
    public static bool TryReadData(ReadOnlySpan<byte> body, out ShortMessage message)
    {
        message = default;
        var reader = new PduReader(body);
        reader.CString(6); // service_type
        byte ton = reader.Byte();
        byte npi = reader.Byte();
        message.Source = new SmppAddress(ton, npi, reader.CString(AddressReadMax));
        ton = reader.Byte();
        npi = reader.Byte();
        message.Destination = new SmppAddress(ton, npi, reader.CString(AddressReadMax));
        message.EsmClass = reader.Byte();
        message.RegisteredDelivery = reader.Byte();
        message.DataCoding = reader.Byte();
        message.Tlvs = reader.Rest;
        return reader.Ok;
    }

    /// <summary>
    /// Writes a <c>submit_sm</c> of one segment; <paramref name="destination"/> has at least <see cref="SizeMax"/> bytes. <see cref="Text"/> is not used: the segment
    /// that <paramref name="segments"/> stands on is written in place. Both addresses fit (<see cref="SmppAddress.Fits"/>). <paramref name="bySar"/>: which segment it is stands in
    /// parameters (§5.3.2.22 to 24) and not in a header.
    /// </summary>
    public readonly int WriteSubmit(uint sequence, scoped in SmsSegmenter segments, ushort reference, bool bySar, Span<byte> destination)
    {
        bySar &= segments.HasHeader;
        PduWriter writer = Begin(Command.SubmitSm, sequence, destination);
        int length = bySar ? WriteText(segments, writer.Free[1..]) : segments.Write(reference, writer.Free[1..]);
        if (IsLatin(segments) && !bySar)
        {
            length = segments.HeaderLength + WriteText(segments, writer.Free[(1 + segments.HeaderLength)..]);
        }

        writer.Byte((byte)length);
        writer.Advance(length);
        if (bySar)
        {
            writer.Parameter(Tag.SarMessageReference, reference, 2);
            writer.Parameter(Tag.SarTotalSegments, (ushort)segments.Count, 1);
            writer.Parameter(Tag.SarSegmentNumber, (ushort)(segments.Index + 1), 1);
        }

        return writer.Finish();
    }

    /// <summary>Bytes that <see cref="WriteWhole"/> may need.</summary>
    public static int PayloadSizeMax(int segments) => SizeMax + (segments * SmsText.SegmentBytesMax);

    /// <summary>Writes a <c>submit_sm</c> with all segments of <paramref name="segments"/>, from the one it stands on, in <c>message_payload</c> (§5.3.2.32).</summary>
    public readonly int WriteWhole(uint sequence, scoped in SmsSegmenter segments, Span<byte> destination)
    {
        PduWriter writer = Begin(Command.SubmitSm, sequence, destination);
        writer.Byte(0); // sm_length
        SmsSegmenter each = segments;
        Span<byte> payload = writer.Free[4..];
        int length = 0;
        do
        {
            length += WriteText(each, payload[length..]);
        }
        while (each.MoveNext());
        writer.ParameterHeader(Tag.MessagePayload, (ushort)length);
        writer.Advance(length);
        return writer.Finish();
    }

    /// <summary>Writes a whole <c>submit_sm</c> or <c>deliver_sm</c> with <see cref="Text"/> and <see cref="Tlvs"/>; returns its length.</summary>
    public readonly int Write(Command command, uint sequence, Span<byte> destination)
    {
        PduWriter writer = Begin(command, sequence, destination);
        writer.Byte(checked((byte)Text.Length));
        writer.Octets(Text);
        writer.Octets(Tlvs);
        return writer.Finish();
    }

    private readonly bool IsLatin(in SmsSegmenter segments) => Standard is Alphabet.Latin1 or Alphabet.Ascii && segments.Encoding == SmsEncoding.Gsm7;

    private readonly int WriteText(scoped in SmsSegmenter segments, Span<byte> destination)
    {
        if (!IsLatin(segments))
        {
            return segments.WriteText(destination);
        }

        // Never more bytes than septets: all of Latin-1 is two bytes of UTF-8 at most.
        int length = 0;
        ReadOnlySpan<byte> text = segments.Text;
        for (int i = 0; i < text.Length; i++)
        {
            destination[length++] = text[i] < 0x80 || i + 1 == text.Length ? text[i] : (byte)((text[i] << 6) | (text[++i] & 0x3F));
        }

        return length;
    }

    private readonly PduWriter Begin(Command command, uint sequence, Span<byte> destination)
    {
        var writer = new PduWriter(destination, command, Status.Ok, sequence);
        writer.Byte(0); // service_type: the carrier's default
        writer.Byte(Source.Ton);
        writer.Byte(Source.Npi);
        writer.CString(Source.Value);
        writer.Byte(Destination.Ton);
        writer.Byte(Destination.Npi);
        writer.CString(Destination.Value);
        writer.Byte(EsmClass);
        writer.Byte(0); // protocol_id
        writer.Byte(0); // priority_flag
        writer.Byte(0); // schedule_delivery_time: at once; Router schedules itself
        writer.CString(ValidityPeriod);
        writer.Byte(RegisteredDelivery);
        writer.Byte(0); // replace_if_present_flag
        writer.Byte(DataCoding);
        writer.Byte(0); // sm_default_msg_id
        return writer;
    }
}
