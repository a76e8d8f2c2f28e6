using Router.Core.Messages;
using Router.Engine.Providers;

namespace Router.Simulation;

/// <summary>What the carriers took and the receipts they owe: each is told until it is acknowledged, sometimes before the response, sometimes again. Outlives the silos.</summary>
internal sealed class Carriers(SimulationRun run)
{
    private readonly List<CarrierReceipt> receipts = [];
    private readonly List<CarrierReceipt> owed = [];
    private readonly HashSet<Telling> unanswered = [];
    private uint keys;

    public IReadOnlyList<CarrierReceipt> Receipts => receipts;

    public int Owed => owed.Count;

    public int Unanswered => unanswered.Count;

    /// <summary>A segment is with the carrier; returns the key of its receipt.</summary>
    public ulong Take(bool isLong)
    {
        ulong key = NewKey();
        double draw = run.Random.NextDouble();
        if (draw < 0.9)
        {
            Owe(key, draw < 0.75 ? MessageStatus.Delivered : MessageStatus.Undelivered);
            if (draw < 0.1 && !isLong)
            {
                Owe(key, MessageStatus.Read);
            }
        }

        return key;
    }

    /// <summary>A receipt that belongs to no message.</summary>
    public void OweNobodys()
    {
        run.Coverage.Count("fault: a receipt for nobody");
        Owe(NewKey(), MessageStatus.Delivered);
    }

    /// <summary>Tells one of the receipts owed to <paramref name="silo"/>.</summary>
    public bool TellSome(SimulatedSilo silo)
    {
        if (owed.Count == 0)
        {
            return false;
        }

        int at = run.Random.Next(owed.Count);
        CarrierReceipt receipt = owed[at];
        if (!run.Chance(0.1))
        {
            receipt.IsOwed = false;
            owed[at] = owed[^1];
            owed.RemoveAt(owed.Count - 1);
        }
        else
        {
            run.Coverage.Count("fault: a receipt doubled"); // it comes again, whatever becomes of this one
        }

        if (!run.Ledger.SentKeys.ContainsKey(receipt.Key))
        {
            run.Coverage.Count("fault: a receipt before its answer");
        }

        if (run.Streams is { } streams && !receipt.IsOwed && run.Chance(0.15))
        {
            streams.Tell(receipt.Key, receipt.Status.ToString().ToLowerInvariant(), () => receipt.Acknowledged = true); // what lies in a topic is told until it is kept
            return true;
        }

        var telling = new Telling(this, receipt, silo);
        unanswered.Add(telling);
        silo.Engine.Receive(
            new Receipt { Provider = 1, ReceiptKey = receipt.Key, Status = receipt.Status },
            static (state, _, kept) => ((Telling)state!).Answer(kept), telling, 0);
        return true;
    }

    /// <summary>Tells all receipts owed.</summary>
    public void TellAll(Func<SimulatedSilo> silo)
    {
        for (int left = owed.Count; left > 0 && owed.Count > 0; left--)
        {
            TellSome(silo());
        }
    }

    /// <summary>A silo died: what it did not answer is told to another.</summary>
    public void Died(SimulatedSilo silo)
    {
        foreach (Telling telling in unanswered.Where(t => t.Silo == silo).ToArray())
        {
            unanswered.Remove(telling);
            Again(telling.Receipt);
        }
    }

    // Keys of few shards, and all of one stripe of the index, so that its bound is reached.
    private ulong NewKey()
    {
        int[] shards = run.ShardsOfKeys;
        return ((ulong)++keys << 38) | (ulong)(uint)shards[run.Random.Next(shards.Length)];
    }

    private void Owe(ulong key, MessageStatus status)
    {
        var receipt = new CarrierReceipt(key, status);
        receipts.Add(receipt);
        owed.Add(receipt);
    }

    private void Again(CarrierReceipt receipt)
    {
        if (!receipt.IsOwed)
        {
            receipt.IsOwed = true;
            owed.Add(receipt);
        }
    }

    internal sealed class CarrierReceipt(ulong key, MessageStatus status)
    {
        public ulong Key { get; } = key;

        public MessageStatus Status { get; } = status;

        public bool IsOwed { get; set; } = true;

        public bool Acknowledged { get; set; }
    }

    private sealed class Telling(Carriers carriers, CarrierReceipt receipt, SimulatedSilo silo)
    {
        private int answers;

        public CarrierReceipt Receipt { get; } = receipt;

        public SimulatedSilo Silo { get; } = silo;

        public void Answer(bool kept)
        {
            Violation.Unless(++answers == 1, $"receipt {Receipt.Key:x} was answered twice");
            carriers.unanswered.Remove(this);
            Receipt.Acknowledged |= kept;
            if (!kept)
            {
                carriers.Again(Receipt);
            }
        }
    }
}
