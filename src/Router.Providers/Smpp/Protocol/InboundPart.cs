using System.Buffers.Binary;

namespace Router.Providers.Smpp.Protocol;

/// <summary>A message from a subscriber, or a part of one, read from a <c>deliver_sm</c> or <c>data_sm</c>. Its memory is the reader's buffer and the PDU's.</summary>
internal ref struct InboundPart
{
    /// <summary>Who sent it (<see cref="InboundAddress"/>).</summary>
    public ReadOnlySpan<byte> From;

    /// <summary>Whom it was sent to.</summary>
    public ReadOnlySpan<byte> To;

    /// <summary>The text, UTF-8.</summary>
    public ReadOnlySpan<byte> Text;

    /// <summary>Which part it is.</summary>
    public UserDataHeader Header;

    /// <summary>The carrier's id of a whole message, where it names one; empty: none.</summary>
    public ReadOnlySpan<byte> Id;

    /// <summary>Bytes that <see cref="TryRead"/> needs.</summary>
    public static int SizeOf(in ShortMessage message) =>
        InboundAddress.SizeOf(message.Source.Value.Length) + InboundAddress.SizeOf(message.Destination.Value.Length) + InboundText.SizeOf(Math.Min(UserDataOf(message).Length, InboundText.BytesMax));

    /// <summary>Reads <paramref name="message"/>; false when it is no text, or its header is longer than it.</summary>
    /// <param name="message">The PDU's body.</param>
    /// <param name="standard">The alphabet of <c>data_coding</c> 0.</param>
    /// <param name="countryCode">See <see cref="InboundAddress.Write"/>.</param>
    /// <param name="buffer">At least <see cref="SizeOf"/> bytes; holds addresses and text in clear afterwards.</param>
    /// <param name="part">What was read.</param>
    public static bool TryRead(in ShortMessage message, Alphabet standard, ReadOnlySpan<byte> countryCode, Span<byte> buffer, out InboundPart part)
    {
        part = default;
        ReadOnlySpan<byte> userData = UserDataOf(message);
        if (userData.Length > InboundText.BytesMax
            || ((message.EsmClass & ShortMessage.EsmUserDataHeader) != 0 && !part.Header.TryRead(ref userData)))
        {
            return false;
        }

        ReadTlvs(message, ref part);
        int length = InboundAddress.Write(message.Source, countryCode, buffer);
        part.From = buffer[..length];
        buffer = buffer[length..];
        length = InboundAddress.Write(message.Destination, countryCode, buffer);
        part.To = buffer[..length];
        buffer = buffer[length..];
        Alphabet alphabet = DataCoding.AlphabetOf(message.DataCoding, standard);
        if ((part.Header.LockingLanguage | part.Header.SingleLanguage) != 0 && alphabet is (Alphabet.Ascii or Alphabet.Latin1))
        {
            alphabet = Alphabet.Gsm; // national tables are GSM's alone, whatever the carrier calls it
        }

        if (!InboundText.TryWrite(alphabet, part.Header, userData, buffer, out length))
        {
            return false;
        }

        part.Text = buffer[..length];
        return true;
    }

    // Either field holds the user data (§5.3.2.32); short_message counts where both do.
    private static ReadOnlySpan<byte> UserDataOf(in ShortMessage message)
    {
        var tlvs = new TlvReader(message.Text.IsEmpty ? message.Tlvs : default);
        while (tlvs.MoveNext())
        {
            if (tlvs.Tag == Tag.MessagePayload)
            {
                return tlvs.Value;
            }
        }

        return message.Text;
    }

    // A header says more surely than sar_ parameters, which the SMSC made of it, which part it is. An id of a part may be that of the whole, that of an acknowledgement is the message's that it is for
    // (§5.3.2.12): neither is taken for its own.
    private static void ReadTlvs(in ShortMessage message, ref InboundPart part)
    {
        int reference = -1;
        byte parts = 0;
        byte number = 0;
        var tlvs = new TlvReader(message.Tlvs);
        while (tlvs.MoveNext())
        {
            switch (tlvs.Tag)
            {
                case Tag.SarMessageReference when tlvs.Value.Length == 2:
                    reference = BinaryPrimitives.ReadUInt16BigEndian(tlvs.Value);
                    break;
                case Tag.SarTotalSegments when tlvs.Value.Length == 1:
                    parts = tlvs.Value[0];
                    break;
                case Tag.SarSegmentNumber when tlvs.Value.Length == 1:
                    number = tlvs.Value[0];
                    break;
                case Tag.ReceiptedMessageId when tlvs.Value.Length <= MessageIdText.LengthMax + 1:
                    part.Id = tlvs.Value.TrimEnd((byte)0);
                    break;
                default:
                    break;
            }
        }

        if (reference >= 0 && part.Header.Parts <= 1)
        {
            part.Header.SetPart((ushort)reference, parts, number);
        }

        part.Id = part.Header.Parts > 1 || (message.EsmClass & ShortMessage.EsmTypeMask) == ShortMessage.EsmUserAcknowledgement ? default : part.Id;
    }
}
