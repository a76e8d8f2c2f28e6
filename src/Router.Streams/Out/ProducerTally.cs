namespace Router.Streams.Out;

/// <summary>How many records of one kind lie in a client's queue, and how many the brokers have taken. Any thread.</summary>
internal sealed class ProducerTally(string kind)
{
    private long queued;
    private long taken;

    /// <summary>The kind, as a metric's tag.</summary>
    public string Kind => kind;

    /// <summary>Handed to the client, and not told of yet.</summary>
    public long Queued => Volatile.Read(ref queued);

    /// <summary>Acknowledged by the brokers.</summary>
    public long Taken => Volatile.Read(ref taken);

    /// <summary>One was handed to the client.</summary>
    public void Began() => Interlocked.Increment(ref queued);

    /// <summary>It was told of.</summary>
    public void Ended(bool isTaken)
    {
        Interlocked.Decrement(ref queued);
        if (isTaken)
        {
            Interlocked.Increment(ref taken);
        }
    }

    /// <summary>So many will never be told of: their client is gone.</summary>
    public void Lost(int count) => Interlocked.Add(ref queued, -count);
}
