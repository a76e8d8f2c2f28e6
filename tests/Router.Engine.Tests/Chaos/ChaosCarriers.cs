using Router.Core.Messages;
using Router.Engine.Providers;

namespace Router.Engine.Tests.Chaos;

/// <summary>What the carriers took and the receipts they owe: each is told until it is acknowledged, sometimes before the response, sometimes again. Outlives the silos.</summary>
internal sealed class ChaosCarriers(ChaosRun run)
{
    private readonly List<CarrierReceipt> receipts = [];
    private readonly List<CarrierReceipt> owed = [];
    private readonly List<Telling> tellings = [];
    private uint keys;

    public IReadOnlyList<CarrierReceipt> Receipts => receipts;

    public int Owed => owed.Count;

    public int Unanswered => tellings.Count(static t => t.Answers == 0);

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
    public void OweNobodys() => Owe(NewKey(), MessageStatus.Delivered);

    /// <summary>Tells one of the receipts owed to <paramref name="silo"/>.</summary>
    public bool TellSome(ChaosSilo silo)
    {
        if (owed.Count == 0)
        {
            return false;
        }

        CarrierReceipt receipt = owed[run.Random.Next(owed.Count)];
        if (!run.Chance(0.1))
        {
            owed.Remove(receipt); // else it comes again, whatever becomes of this one
        }

        var telling = new Telling(this, receipt, silo);
        tellings.Add(telling);
        silo.Engine.Receive(
            new Receipt { Provider = 1, ReceiptKey = receipt.Key, Status = receipt.Status },
            static (state, _, kept) => ((Telling)state!).Answer(kept), telling, 0);
        return true;
    }

    /// <summary>Tells all receipts owed.</summary>
    public void TellAll(Func<ChaosSilo> silo)
    {
        for (int left = owed.Count; left > 0; left--)
        {
            TellSome(silo());
        }
    }

    /// <summary>A silo died: what it did not answer is told to another.</summary>
    public void Died(ChaosSilo silo)
    {
        foreach (Telling telling in tellings.Where(t => t.Silo == silo && t.Answers == 0))
        {
            Again(telling.Receipt);
        }

        tellings.RemoveAll(t => t.Silo == silo && t.Answers == 0);
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
        if (!owed.Contains(receipt))
        {
            owed.Add(receipt);
        }
    }

    internal sealed class CarrierReceipt(ulong key, MessageStatus status)
    {
        public ulong Key { get; } = key;

        public MessageStatus Status { get; } = status;

        public bool Acknowledged { get; set; }
    }

    private sealed class Telling(ChaosCarriers carriers, CarrierReceipt receipt, ChaosSilo silo)
    {
        public CarrierReceipt Receipt { get; } = receipt;

        public ChaosSilo Silo { get; } = silo;

        public int Answers { get; private set; }

        public void Answer(bool kept)
        {
            Assert.True(++Answers == 1, $"receipt {Receipt.Key:x} was answered twice");
            Receipt.Acknowledged |= kept;
            if (!kept)
            {
                carriers.Again(Receipt);
            }
        }
    }
}
