using Router.Core.Messages;
using Router.Engine.Providers;
using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Smpp;

internal sealed partial class SmppSession
{
    private static readonly Action<object?, long, bool> Acknowledge = static (session, sequence, kept) => ((SmppSession)session!).Acknowledged((uint)sequence, kept);

    private void HandleDelivery(uint sequence, ReadOnlySpan<byte> body)
    {
        if (!ShortMessage.TryRead(body, out ShortMessage message))
        {
            account.Counters.Add(SmppCount.Malformed);
            Answer(Command.DeliverSmResp, Status.ReceiverPermanent, sequence);
            return;
        }

        switch (DeliveryReceipt.Read(message, out ReadOnlySpan<byte> id, out MessageState told))
        {
            case DeliveryKind.Receipt:
                TakeReceipt(sequence, id, told);
                break;
            case DeliveryKind.Intermediate:
                account.Counters.Add(SmppCount.Intermediate);
                Answer(Command.DeliverSmResp, Status.Ok, sequence);
                break;
            case DeliveryKind.Inbound:
                // Not taken yet: a temporary refusal, so that the carrier keeps it.
                account.Counters.Add(SmppCount.InboundPutBack);
                Answer(Command.DeliverSmResp, Status.ReceiverTemporary, sequence);
                break;
            default:
                // It would be as unreadable the next time.
                account.Counters.Add(SmppCount.Unreadable);
                Answer(Command.DeliverSmResp, Status.ReceiverPermanent, sequence);
                break;
        }
    }

    private void TakeReceipt(uint sequence, ReadOnlySpan<byte> id, MessageState told)
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
            Answer(Command.DeliverSmResp, Status.ReceiverPermanent, sequence);
            return;
        }

        bool full;
        lock (gate)
        {
            full = unacknowledged >= UnacknowledgedMax;
            unacknowledged += full ? 0 : 1;
            held = unacknowledged;
        }

        if (full)
        {
            account.Counters.Add(SmppCount.ReceiptsPutBack);
            Answer(Command.DeliverSmResp, Status.QueueFull, sequence);
            return;
        }

        if (receiptCount == GatherMax)
        {
            Tell();
        }

        receipts[receiptCount] = receipt;
        receiptSequences[receiptCount++] = sequence;
    }

    private void Acknowledged(uint sequence, bool kept)
    {
        lock (gate)
        {
            held = --unacknowledged;
        }

        if (!kept)
        {
            account.Counters.Add(SmppCount.ReceiptsPutBack);
        }

        Answer(Command.DeliverSmResp, kept ? Status.Ok : Status.ReceiverTemporary, sequence);
    }
}
