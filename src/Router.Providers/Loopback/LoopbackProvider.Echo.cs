using Router.Core.Messages;
using Router.Engine.Providers;

namespace Router.Providers.Loopback;

/// <content>What was sent comes back, where the account has <see cref="LoopbackSettings.Echo"/>; costs others a test of a flag.</content>
public sealed partial class LoopbackProvider
{
    private static readonly Action<object?, long, bool> AcknowledgeEcho = static (state, _, kept) => ((LoopbackEcho)state!).Provider.EchoAcknowledged((LoopbackEcho)state, kept);

    // The record is taken over. Only a text with a sender can come back.
    private LoopbackEcho? TakeEcho(ref Departure departure)
    {
        MessageRecord record = MessageRecord.Read(departure.Record.AsSpan(0, departure.RecordLength));
        if (record.ContentType != ContentType.Text || record.From.IsEmpty)
        {
            return null;
        }

        var echo = new LoopbackEcho(this, departure.Record, departure.RecordLength);
        departure.Record = [];
        return echo;
    }

    // After the outcomes and receipts of the same moment: a person answers what has arrived.
    private void TellEchoes()
    {
        while (echoes.Count > 0 && (echoes.Peek().Due <= time.GetTimestamp() || ended))
        {
            Receive(echoes.Dequeue());
        }
    }

    private void Receive(LoopbackEcho echo)
    {
        if (ended)
        {
            Forget(echo); // nobody was told of it
            return;
        }

        MessageRecord record = MessageRecord.Read(echo.Record);
        var message = new InboundMessage { Provider = number, Channel = record.Channel, From = record.To, IsFromDecided = true, To = record.From, Text = record.Text, Parts = 1 };
        events.Receive(message, AcknowledgeEcho, echo, 0);
    }

    private void EchoAcknowledged(LoopbackEcho echo, bool kept)
    {
        if (kept)
        {
            Forget(echo);
            return;
        }

        lock (gate)
        {
            repeats.Add(new Repeat { Due = time.GetTimestamp() + repeat, Echo = echo });
        }

        Schedule();
    }

    private void Forget(LoopbackEcho echo)
    {
        echo.Return();
        if (Interlocked.Decrement(ref unacknowledged) == 0 && stopping)
        {
            Schedule();
        }
    }
}
