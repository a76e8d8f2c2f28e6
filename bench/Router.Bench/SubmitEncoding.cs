using Router.Core.Messages;
using Router.Core.Segments;
using Router.Providers.Smpp.Protocol;

namespace Router.Bench;

/// <summary>Encodes a record as an SMPP session does, without its socket.</summary>
internal static class SubmitEncoding
{
    /// <summary>Writes one <c>submit_sm</c> a segment, one over the other, into <paramref name="pdu"/>; the bytes of all.</summary>
    /// <param name="recordBytes">A record with its sender.</param>
    /// <param name="sequence">Sequence number of the first.</param>
    /// <param name="pdu">At least <see cref="ShortMessage.SizeMax"/> bytes.</param>
    public static int Write(ReadOnlySpan<byte> recordBytes, uint sequence, Span<byte> pdu)
    {
        MessageRecord record = MessageRecord.Read(recordBytes);
        var segments = new SmsSegmenter(record.Text);
        Span<byte> validity = stackalloc byte[SmppTime.Size];
        SmppTime.WriteRelative(3_600_000, validity);
        int bytes = 0;
        while (segments.MoveNext())
        {
            var submit = new ShortMessage
            {
                Source = SmppAddress.Of(record.From),
                Destination = SmppAddress.Of(record.To),
                EsmClass = segments.HasHeader ? ShortMessage.EsmUserDataHeader : (byte)0,
                DataCoding = (byte)segments.Encoding,
                RegisteredDelivery = ShortMessage.FinalReceipt,
                ValidityPeriod = validity,
            };
            bytes += submit.WriteSubmit(sequence++, segments, 0, bySar: false, pdu);
        }

        return bytes;
    }
}
