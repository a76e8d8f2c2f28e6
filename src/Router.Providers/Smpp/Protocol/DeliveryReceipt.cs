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
        if (type is not (ShortMessage.EsmReceipt or ShortMessage.EsmIntermediate) && (type != 0 || id.IsEmpty || state == MessageState.None))
        {
            return DeliveryKind.Inbound;
        }

        if (id.IsEmpty || state == MessageState.None)
        {
            ReceiptText.Read(SkipHeader(message.EsmClass, text), out ReadOnlySpan<byte> textId, out ReadOnlySpan<byte> word);
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

    private static ReadOnlySpan<byte> SkipHeader(byte esmClass, ReadOnlySpan<byte> text) =>
        (esmClass & ShortMessage.EsmUserDataHeader) != 0 && !text.IsEmpty && text.Length > text[0] ? text[(text[0] + 1)..] : text;
}
