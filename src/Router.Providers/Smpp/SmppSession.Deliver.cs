using System.Buffers;
using Router.Core.Messages;
using Router.Engine.Providers;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Smpp;

/// <content>What the carrier delivers: receipts and messages from subscribers. Each is answered once it is kept.</content>
internal sealed partial class SmppSession
{
    // Above the sequence number, in what is acknowledged.
    private const long OfDataSm = 1L << 32;
    private const long OfInbound = 1L << 33;

    private static readonly Action<object?, long, bool> Acknowledge = static (session, token, kept) => ((SmppSession)session!).Acknowledged(token, kept);

    private void HandleDelivery(Command command, uint sequence, ReadOnlySpan<byte> body)
    {
        long token = sequence | (command == Command.DataSm ? OfDataSm : 0);
        if (!(command == Command.DataSm ? ShortMessage.TryReadData(body, out ShortMessage message) : ShortMessage.TryRead(body, out message)))
        {
            account.Counters.Add(SmppCount.Malformed);
            Answer(token, Status.ReceiverPermanent);
            return;
        }

        switch (DeliveryReceipt.Read(message, out ReadOnlySpan<byte> id, out MessageState told))
        {
            case DeliveryKind.Receipt:
                TakeReceipt(token, message, id, told);
                break;
            case DeliveryKind.Intermediate:
                account.Counters.Add(SmppCount.Intermediate);
                Answer(token, Status.Ok);
                break;
            case DeliveryKind.Inbound:
                TakeInbound(token | OfInbound, message);
                break;
            default:
                // It would be as unreadable the next time.
                account.Counters.Add(SmppCount.Unreadable);
                Answer(token, Status.ReceiverPermanent);
                break;
        }
    }

    private void TakeReceipt(long token, in ShortMessage message, ReadOnlySpan<byte> id, MessageState told)
    {
        var receipt = new Receipt { Provider = account.Number };
        account.Ids.OfReceipt(id, ref receipt);
        (receipt.Status, receipt.Reason) = told switch
        {
            MessageState.Delivered => (MessageStatus.Delivered, Reason.None),
            MessageState.Expired => (MessageStatus.Expired, Reason.Expired),
            MessageState.Deleted => (MessageStatus.Cancelled, Reason.None),
            MessageState.Rejected => (MessageStatus.Undelivered, Reason.ProviderRefused),
            _ => (MessageStatus.Undelivered, Reason.Undeliverable),
        };
        if (receipt.ReceiptKey == 0)
        {
            account.Counters.Add(SmppCount.Unreadable);
            Answer(token, Status.ReceiverPermanent);
            return;
        }

        if (account.Settings.Errors is { HasReceipts: true } errors && receipt.Status != MessageStatus.Delivered
            && errors.TryFindReceipt(DeliveryReceipt.ErrorOf(message), out ErrorMeaning meaning))
        {
            if (meaning.Class == ErrorClass.Temporary)
            {
                account.Counters.Add(SmppCount.Intermediate);
                Answer(token, Status.Ok);
                return;
            }

            (receipt.Status, receipt.Reason) = (MessageStatus.Undelivered, meaning.Reason == Reason.None ? Reason.Undeliverable : meaning.Reason);
        }

        if (!TryHold())
        {
            account.Counters.Add(SmppCount.ReceiptsPutBack);
            Answer(token, Status.QueueFull);
            return;
        }

        if (receiptCount == GatherMax)
        {
            Tell();
        }

        receipts[receiptCount] = receipt;
        receiptTokens[receiptCount++] = token;
    }

    private void TakeInbound(long token, in ShortMessage message)
    {
        if (!TryHold())
        {
            account.Counters.Add(SmppCount.InboundPutBack);
            Answer(token, Status.QueueFull);
            return;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(InboundPart.SizeOf(message));
        bool readable = InboundPart.TryRead(message, account.Settings.DefaultAlphabet, account.Settings.CountryCode.Span, buffer, out InboundPart part);
        if (readable)
        {
            account.Counters.Add(SmppCount.Inbound);
            var inbound = new InboundMessage
            {
                Provider = account.Number,
                Channel = Channel.Sms,
                From = part.From,
                IsFromDecided = true, // of what its type and the account's country say, a plus is put where it belongs
                To = part.To,
                Text = part.Text,
                Parts = Math.Max(part.Header.Parts, (byte)1),
                Part = part.Header.Part,
                Reference = part.Header.Reference,
                ProviderMessageId = part.Id,
            };
            account.Events.Receive(inbound, Acknowledge, this, token);
        }

        buffer.AsSpan().Clear(); // addresses and a text
        ArrayPool<byte>.Shared.Return(buffer);
        if (!readable)
        {
            // It would be as unreadable the next time: the carrier is told for good.
            Release();
            account.Counters.Add(SmppCount.InboundUnreadable);
            Answer(token, Status.ReceiverPermanent);
        }
    }

    private bool TryHold()
    {
        lock (gate)
        {
            bool full = unacknowledged >= UnacknowledgedMax;
            unacknowledged += full ? 0 : 1;
            held = unacknowledged;
            return !full;
        }
    }

    private void Release()
    {
        lock (gate)
        {
            held = --unacknowledged;
        }
    }

    private void Acknowledged(long token, bool kept)
    {
        Release();
        if (!kept)
        {
            account.Counters.Add((token & OfInbound) != 0 ? SmppCount.InboundPutBack : SmppCount.ReceiptsPutBack);
        }

        Answer(token, kept ? Status.Ok : Status.ReceiverTemporary);
    }

    private void Answer(long token, uint status) => Answer((token & OfDataSm) != 0 ? Command.DataSmResp : Command.DeliverSmResp, status, (uint)token);
}
