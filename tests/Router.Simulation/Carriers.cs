using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Providers;

namespace Router.Simulation;

/// <summary>What the carriers took and the receipts they owe: each is told until it is acknowledged, sometimes before the response, sometimes again. Outlives the silos.</summary>
internal sealed class Carriers(SimulationRun run)
{
    private readonly List<CarrierReceipt> receipts = [];
    private readonly List<CarrierReceipt> owed = [];
    private readonly HashSet<Telling> unanswered = [];
    private readonly Dictionary<ulong, (MessageId Message, byte Segment)> truth = [];
    private readonly HashSet<ulong> inTopics = [];
    private readonly HashSet<ulong> takenUp = [];
    private readonly List<CarrierReceipt> heldBack = [];
    private uint keys;

    public IReadOnlyList<CarrierReceipt> Receipts => receipts;

    public IReadOnlyList<CarrierReceipt> Owed => owed;

    public int Unanswered => unanswered.Count;

    /// <summary>The most that had no answer at one time.</summary>
    public int UnansweredPeak { get; private set; }

    /// <summary>A segment is with the carrier; returns the key of its receipt.</summary>
    public ulong Take(MessageId message, byte segment, int account, bool isLong)
    {
        // One silo only: what another still holds in memory of a key's first message can't be told from the truth.
        ulong? used = run.SiloCount == 1 && run.Chance(0.03) ? FindUsed(message) : null;
        ulong key = used ?? NewKey();
        truth[key] = (message, segment);
        if (run.Trace is not null)
        {
            run.Say($"the carrier of account {account} gives segment {segment} of {message} the key {key:x}{(used is null ? "" : ", which was used before")}");
        }

        double draw = run.Random.NextDouble();
        if (draw < 0.9)
        {
            List<CarrierReceipt> to = used is null ? owed : heldBack; // before its outcome is kept nobody can know that the key is another's now
            Owe(to, new CarrierReceipt(key, draw < 0.75 ? MessageStatus.Delivered : MessageStatus.Undelivered, message, segment, account));
            if (draw < 0.1 && !isLong)
            {
                Owe(to, new CarrierReceipt(key, MessageStatus.Read, message, segment, account));
            }
        }

        return key;
    }

    /// <summary>Receipts without a message were taken up with a shard: they wait in its silo from now on.</summary>
    public void TakenUp(IReadOnlyList<UnmatchedReceipt> unmatched) => takenUp.UnionWith(unmatched.Select(static u => u.ReceiptKey));

    /// <summary>A receipt that belongs to no message.</summary>
    public void OweNobodys()
    {
        run.Coverage.Count("fault: a receipt for nobody");
        Owe(owed, new CarrierReceipt(NewKey(), MessageStatus.Delivered, default, 0, 1));
    }

    /// <summary>A segment is kept as sent under a key: it is the one that the carrier gave for it.</summary>
    public void Kept(ulong key, MessageId message, byte segment)
    {
        Violation.Unless(truth.TryGetValue(key, out (MessageId Message, byte Segment) owner) && owner == (message, segment), $"segment {segment} of {message} was kept as sent under the key {key:x} of segment {owner.Segment} of {owner.Message}");
        foreach (CarrierReceipt receipt in heldBack.Where(r => r.Key == key).ToArray())
        {
            run.Coverage.Count("fault: a receipt under a key that was used before");
            heldBack.Remove(receipt);
            owed.Add(receipt);
        }
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

        if (run.Trace is not null)
        {
            run.Say($"receipt {receipt.Key:x} of segment {receipt.Segment} of {receipt.Message} is told: {receipt.Status}");
        }

        if (!run.Ledger.SentKeys.ContainsKey(receipt.Key))
        {
            run.Coverage.Count("fault: a receipt before its answer");
        }

        // What no message wants waits at its bound for ever, and what lies behind it in a topic with it.
        bool mayBeInTopic = run.Options.UnmatchedReceiptsMax > SimulationRun.UnmatchedFew || run.Ledger.SentKeys.ContainsKey(receipt.Key);
        if (run.Streams is { } streams && !receipt.IsOwed && mayBeInTopic && run.Chance(0.15))
        {
            inTopics.Add(receipt.Key);
            streams.Tell(receipt.Key, receipt.Status.ToString().ToLowerInvariant(), () => receipt.Acknowledged = true); // what lies in a topic is told until it is kept
            return true;
        }

        var telling = new Telling(this, receipt, silo);
        unanswered.Add(telling);
        UnansweredPeak = Math.Max(UnansweredPeak, unanswered.Count);
        silo.Engine.Receive(
            new Receipt { Provider = receipt.Account, ReceiptKey = receipt.Key, Status = receipt.Status },
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

    // A key of which all is told, of a message of one segment; of another shard's, if there is one. What lies in a topic may be read again whenever its group is set back. A message that still awaits a
    // receipt comes back with its shard, and its key with it, over one that is named and not kept yet;
    // and so does a receipt that waits, though its message's shard is done with it since the take-up (seed 1001233).
    private ulong? FindUsed(MessageId message)
    {
        HashSet<ulong> busy = [.. owed.Select(static r => r.Key), .. unanswered.Select(static t => t.Receipt.Key), .. heldBack.Select(static r => r.Key), .. run.Store.Unmatched().Select(static u => u.ReceiptKey), .. inTopics, .. takenUp];
        HashSet<ulong> told = [.. receipts.Where(r => r.Acknowledged && r.Message == truth.GetValueOrDefault(r.Key).Message).Select(static r => r.Key)];
        ulong[] free = [.. run.Ledger.SentKeys.Where(k => told.Contains(k.Key) && !busy.Contains(k.Key) && truth[k.Key] == k.Value && run.Ledger.HasEnded(k.Value.Message) && run.Ledger.Accepted[k.Value.Message].Segments == 1).Select(static k => k.Key)];
        ulong[] others = [.. free.Where(k => truth[k].Message.Shard != message.Shard)];
        free = others.Length > 0 ? others : free;
        return free.Length > 0 ? free[run.Random.Next(free.Length)] : null;
    }

    private void Owe(List<CarrierReceipt> to, CarrierReceipt receipt)
    {
        receipts.Add(receipt);
        to.Add(receipt);
    }

    private void Again(CarrierReceipt receipt)
    {
        if (!receipt.IsOwed)
        {
            receipt.IsOwed = true;
            owed.Add(receipt);
        }
    }

    internal sealed class CarrierReceipt(ulong key, MessageStatus status, MessageId message, byte segment, int account)
    {
        public ulong Key { get; } = key;

        /// <summary>Whose it is; default: nobody's.</summary>
        public MessageId Message { get; } = message;

        public byte Segment { get; } = segment;

        public int Account { get; } = account;

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
