using System.Buffers.Binary;
using System.Globalization;

namespace Router.Providers.Smpp.Protocol;

/// <summary>Tells receipts from inbound messages, and reads their id and state: from TLVs where they are there, else from the text.</summary>
/// <remarks>Hot path, 0 B.</remarks>
internal static class DeliveryReceipt
{
    /// <summary>Reads; <paramref name="id"/> points into the message.</summary>
    public static DeliveryKind Read(in ShortMessage message, out ReadOnlySpan<byte> id, out MessageState state)
    {
        id = default;
        state = MessageState.None;
        ReadOnlySpan<byte> text = message.Text;
        var tlvs = new TlvReader(message.Tlvs);
        while (tlvs.MoveNext())
        {
            switch (tlvs.Tag)
            {
                case Tag.ReceiptedMessageId:
                    id = tlvs.Value.TrimEnd((byte)0);
                    break;
                case Tag.MessageState when tlvs.Value.Length == 1:
                    state = (MessageState)tlvs.Value[0];
                    break;
                case Tag.MessagePayload when text.IsEmpty:
                    text = tlvs.Value;
                    break;
                default:
                    break;
            }
        }

        // Some carriers leave esm_class 0 and send the two TLVs: that is a receipt. An id alone is not.
        int type = message.EsmClass & ShortMessage.EsmTypeMask;
        if (type is ShortMessage.EsmDeviceAcknowledgement or ShortMessage.EsmConversationAbort)
        {
            return DeliveryKind.Intermediate; // nothing that a person wrote, and nothing that Router asked for
        }

        if (type is not (ShortMessage.EsmReceipt or ShortMessage.EsmIntermediate) && (type != 0 || id.IsEmpty || state == MessageState.None))
        {
            return DeliveryKind.Inbound;
        }

        if (id.IsEmpty || state == MessageState.None)
        {
            ReceiptText.Read(SkipHeader(message.EsmClass, text), out ReadOnlySpan<byte> textId, out ReadOnlySpan<byte> word, out _);
            id = id.IsEmpty ? textId : id;
            state = state == MessageState.None ? ReceiptText.StateOf(word) : state;
        }

        return state switch
        {
            MessageState.EnRoute or MessageState.Accepted => DeliveryKind.Intermediate,
            _ when type == ShortMessage.EsmIntermediate => DeliveryKind.Intermediate,
            MessageState.None or > MessageState.Rejected => DeliveryKind.Unreadable,
            _ => id.IsEmpty || id.Length > MessageIdText.LengthMax ? DeliveryKind.Unreadable : DeliveryKind.Receipt,
        };
    }

    /// <summary>The error code of a receipt as <see cref="ErrorMap.KeyOf"/> has it: <c>err:</c> of its text, else the number in <c>network_error_code</c> (§5.3.2.31); 0: none.</summary>
    public static ulong ErrorOf(in ShortMessage message)
    {
        ReadOnlySpan<byte> text = message.Text;
        int network = -1;
        var tlvs = new TlvReader(message.Tlvs);
        while (tlvs.MoveNext())
        {
            if (tlvs.Tag == Tag.NetworkErrorCode && tlvs.Value.Length == 3)
            {
                network = BinaryPrimitives.ReadUInt16BigEndian(tlvs.Value[1..]);
            }
            else if (tlvs.Tag == Tag.MessagePayload && text.IsEmpty)
            {
                text = tlvs.Value;
            }
        }

        ReceiptText.Read(SkipHeader(message.EsmClass, text), out _, out _, out ReadOnlySpan<byte> error);
        if (!error.IsEmpty || network < 0)
        {
            return ErrorMap.KeyOf(error);
        }

        Span<byte> digits = stackalloc byte[5];
        return network.TryFormat(digits, out int length, default, CultureInfo.InvariantCulture) ? ErrorMap.KeyOf(digits[..length]) : 0;
    }

    private static ReadOnlySpan<byte> SkipHeader(byte esmClass, ReadOnlySpan<byte> text) =>
        (esmClass & ShortMessage.EsmUserDataHeader) != 0 && !text.IsEmpty && text.Length > text[0] ? text[(text[0] + 1)..] : text;
}
