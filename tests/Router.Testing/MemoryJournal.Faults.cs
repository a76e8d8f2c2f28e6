using Router.Engine.Journal;

namespace Router.Testing;

public sealed partial class MemoryJournal
{
    private readonly Queue<Fault> faults = new();
    private readonly List<(TaskCompletionSource<AwaitedReceipt?> Answer, AwaitedReceipt? Found)> lookUps = [];
    private int readFaults;
    private int lookUpFaults;
    private volatile bool readsContactsAtOnce;

    /// <summary>Whether <see cref="ReadContacts"/> fills at once (true) or later (false). May be switched at any time.</summary>
    public bool ReadsContactsAtOnce
    {
        get => readsContactsAtOnce;
        set => readsContactsAtOnce = value;
    }

    /// <summary>Closed: commits wait before they are written (and collect more parts). Normal mode only.</summary>
    public Gate CommitGate { get; } = new();

    /// <summary>Closed: what was written is not told yet. Normal mode only.</summary>
    public Gate AnswerGate { get; } = new();

    /// <summary>Closed: <see cref="TakeAsync"/> waits before it takes.</summary>
    public Gate TakeGate { get; } = new();

    /// <summary>Closed: <see cref="RenewAsync"/> waits before it looks.</summary>
    public Gate RenewGate { get; } = new();

    /// <summary>Parts queued and not yet committed.</summary>
    public int QueuedCount
    {
        get
        {
            lock (sync)
            {
                return queued.Count;
            }
        }
    }

    /// <summary>Reads not yet answered.</summary>
    public int ReadCount
    {
        get
        {
            lock (sync)
            {
                return reads.Count;
            }
        }
    }

    /// <summary>
    /// Sets the fate of the next commit that has no fate yet; call it again for the one after it. <see cref="PartOutcome.Refused"/> and <see cref="PartOutcome.Fenced"/> store
    /// nothing; <see cref="PartOutcome.Unknown"/> stores when <paramref name="stored"/>; <see cref="PartOutcome.Kept"/> is a commit without a fault.
    /// </summary>
    public void NextOutcome(PartOutcome outcome, bool stored = false)
    {
        if (outcome == PartOutcome.Pending || (stored && outcome != PartOutcome.Unknown))
        {
            throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "kept, refused, fenced, or unknown (stored or not)");
        }

        lock (sync)
        {
            faults.Enqueue(new Fault(outcome, stored));
        }
    }

    /// <summary>The next <paramref name="count"/> reads (contacts or records) fail.</summary>
    public void FailReads(int count = 1)
    {
        lock (sync)
        {
            readFaults += count;
        }
    }

    /// <summary>The next <paramref name="count"/> look-ups of awaited receipts fail.</summary>
    public void FailLookUps(int count = 1)
    {
        lock (sync)
        {
            lookUpFaults += count;
        }
    }

    /// <summary>Whether look-ups of awaited receipts are read at once and told only by <see cref="CompleteLookUps"/>: what they say may be old by then.</summary>
    public bool HoldsLookUps { get; set; }

    /// <summary>Tells the look-ups held so far; whoever asked goes on in this call. Returns how many.</summary>
    public int CompleteLookUps()
    {
        (TaskCompletionSource<AwaitedReceipt?> Answer, AwaitedReceipt? Found)[] held;
        lock (sync)
        {
            held = [.. lookUps];
            lookUps.Clear();
        }

        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null); // a test's own would have them go on elsewhere
        try
        {
            foreach ((TaskCompletionSource<AwaitedReceipt?> answer, AwaitedReceipt? found) in held)
            {
                answer.SetResult(found);
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        return held.Length;
    }

    /// <summary>
    /// Ends this journal as a crash ends a process: what is queued is lost, what is under way is written or not, and nobody is told of anything any more.
    /// The store stays; open another journal over it.
    /// </summary>
    public void Crash()
    {
        lock (sync)
        {
            dead = true;
            queued.Clear();
            reads.Clear();
        }

        CommitGate.Open();
        AnswerGate.Open();
    }

    private Fault TakeFault()
    {
        lock (sync)
        {
            return faults.TryDequeue(out Fault fault) ? fault : new Fault(PartOutcome.Kept, true);
        }
    }

    private bool TakeReadFault()
    {
        lock (sync)
        {
            bool fails = readFaults > 0;
            readFaults -= fails ? 1 : 0;
            return fails;
        }
    }

    private ValueTask<AwaitedReceipt?> Hold(AwaitedReceipt? found)
    {
        var answer = new TaskCompletionSource<AwaitedReceipt?>(); // goes on where it is told: the test's thread
        lock (sync)
        {
            lookUps.Add((answer, found));
        }

        return new ValueTask<AwaitedReceipt?>(answer.Task);
    }

    private bool TakeLookUpFault()
    {
        lock (sync)
        {
            bool fails = lookUpFaults > 0;
            lookUpFaults -= fails ? 1 : 0;
            return fails;
        }
    }

    private readonly record struct Fault(PartOutcome Outcome, bool Stored);
}
