using System.Globalization;
using System.Text;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Smpp.Check;

/// <summary>What the carrier sends: each PDU is told and answered; answers and receipts of the own message are counted.</summary>
public sealed partial class SmscCheck
{
    private readonly HashSet<string> awaited = new(StringComparer.Ordinal);

    private async Task ReadAllAsync(SmscCheckLink link)
    {
        try
        {
            while (await link.ReadAsync().ConfigureAwait(false) is ({ } header, { } body))
            {
                (Command Command, uint Status)? answer = Handle(header, body.Span);
                if (answer is { } response)
                {
                    await link.WriteAsync(response.Command, response.Status, header.Sequence).ConfigureAwait(false);
                }
            }

            report.Say(ending ? "   the carrier closed the connection" : "!! the carrier closed the connection, or sent a PDU with a length that cannot be");
        }
        catch (Exception exception) when (SmppLink.IsFault(exception))
        {
            if (!ending)
            {
                report.Say($"!! the link broke: {SmppLink.Words(exception)}");
            }
        }

        // Nobody waits for what cannot come any more.
        refused |= !ending;
        alive.TrySetResult();
        answered.TrySetResult();
        received.TrySetResult();
    }

    private (Command Command, uint Status)? Handle(PduHeader header, ReadOnlySpan<byte> body)
    {
        switch (header.Command)
        {
            case Command.EnquireLink:
                report.Read(header, "answered");
                return (Command.EnquireLinkResp, Status.Ok);
            case Command.EnquireLinkResp:
                report.Read(header, "");
                alive.TrySetResult();
                return null;
            case Command.SubmitSmResp or Command.GenericNack:
                HandleAnswer(header, body);
                return null;
            case Command.DeliverSm or Command.DataSm:
                return HandleDelivery(header, body);
            case Command.Unbind:
                report.Read(header, "answered");
                return (Command.UnbindResp, Status.Ok);
            case Command.UnbindResp:
                report.Read(header, "");
                return null;
            case Command.Outbind or Command.AlertNotification:
                report.Read(header, "passed over");
                return null;
            default:
                report.Read(header, header.Command < Command.GenericNack ? "not known: answered with generic_nack" : "passed over");
                return header.Command < Command.GenericNack ? (Command.GenericNack, Status.InvalidCommandId) : null;
        }
    }

    private void HandleAnswer(PduHeader header, ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> id = header.Command == Command.SubmitSmResp && header.Status == Status.Ok ? new PduReader(body).CString(MessageIdText.LengthMax + 1) : default;
        report.Read(header, header.Status != Status.Ok ? "" : id.IsEmpty ? "no message_id: no receipt can be told to belong to it" : $"message_id {SmscCheckReport.Quoted(id)}");
        alive.TrySetResult(); // a nack to enquire_link is an answer too
        bool well = header is { Command: Command.SubmitSmResp, Status: Status.Ok };
        if (!well && header.Command == Command.SubmitSmResp)
        {
            report.Say("!! the message was refused");
        }

        lock (gate)
        {
            refused |= !well && unanswered > 0;
            foreach (string key in Keys(id))
            {
                awaited.Add(key);
            }

            if (unanswered > 0 && --unanswered == 0)
            {
                answered.TrySetResult();
            }

        }
    }

    // A receipt for what was sent here is taken; all else is Router's. One that comes before its response comes again.
    private (Command Command, uint Status) HandleDelivery(PduHeader header, ReadOnlySpan<byte> body)
    {
        Command response = header.Command == Command.DataSm ? Command.DataSmResp : Command.DeliverSmResp;
        if (!(header.Command == Command.DataSm ? ShortMessage.TryReadData(body, out ShortMessage message) : ShortMessage.TryRead(body, out message)))
        {
            report.Read(header, "malformed: refused for good");
            return (response, Status.ReceiverPermanent);
        }

        DeliveryKind kind = DeliveryReceipt.Read(message, out ReadOnlySpan<byte> id, out MessageState state);
        string words = string.Create(CultureInfo.InvariantCulture, $"esm_class 0x{message.EsmClass:x2}, data_coding {message.DataCoding}");
        if (kind == DeliveryKind.Inbound)
        {
            report.Read(header, $"{words}: a message from an end user, put back for Router");
            return (response, Status.ReceiverTemporary);
        }

        bool isOurs = false;
        lock (gate)
        {
            foreach (string key in Keys(id))
            {
                isOurs |= awaited.Contains(key);
            }
        }

        ErrorWords(message, out string error);
        report.Read(header, $"{words}: {(kind == DeliveryKind.Receipt ? "a receipt" : "a notification")}{(isOurs ? $" for message_id {SmscCheckReport.Quoted(id)}" : "")}, state {state.ToString().ToUpperInvariant()}{error}{(isOurs ? "" : ": not for this message, or before its response; put back for Router")}");
        if (!isOurs)
        {
            return (response, Status.ReceiverTemporary);
        }

        if (kind == DeliveryKind.Receipt)
        {
            lock (gate)
            {
                refused |= state != MessageState.Delivered;
                if (--receiptsDue <= 0)
                {
                    received.TrySetResult();
                }
            }
        }

        return (response, Status.Ok);
    }

    // Ids in responses and receipts may differ in base and leading zeros.
    private static List<string> Keys(ReadOnlySpan<byte> id)
    {
        Span<byte> literal = stackalloc byte[MessageIdText.SizeMax];
        Span<byte> reading = stackalloc byte[MessageIdText.SizeMax];
        literal = literal[..MessageIdText.Literal(id, literal)];
        var keys = new List<string>();
        if (!literal.IsEmpty)
        {
            keys.Add(Encoding.ASCII.GetString(literal));
            keys.Add(Encoding.ASCII.GetString(reading[..MessageIdText.HexToDecimal(literal, reading)]));
            keys.Add(Encoding.ASCII.GetString(reading[..MessageIdText.DecimalToHex(literal, reading)]));
            keys.RemoveAll(static k => k.Length == 0);
        }

        return keys;
    }

    private static void ErrorWords(in ShortMessage message, out string error)
    {
        ulong code = DeliveryReceipt.ErrorOf(message);
        var characters = new StringBuilder();
        for (int shift = 56; shift >= 0; shift -= 8)
        {
            char c = (char)((code >> shift) & 0xFF);
            characters.Append(c is >= '!' and <= '~' ? c : "");
        }

        error = characters.Length == 0 ? "" : $", err {characters}";
    }
}
