using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Router.Streams.Out;

/// <summary>Records written together: ends once the brokers have all of them; with false where one was not taken.</summary>
internal sealed class WriteBatch
{
    private readonly TaskCompletionSource<bool> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int left = 1;
    private int failed;
    private GCHandle handle;

    private readonly ProducerTally tally;

    public WriteBatch(ProducerTally tally)
    {
        this.tally = tally;
        Acknowledged = OnReport;
    }

    /// <summary>To be told of each.</summary>
    public Action<DeliveryReport<byte[], byte[]>> Acknowledged { get; }

    /// <summary>Ends when <see cref="Close"/> was called and all are told.</summary>
    public Task<bool> Done => done.Task;

    /// <summary>Goes through the client with each record; good until the last was told of. Asked for by who writes, before <see cref="Close"/>.</summary>
    public nint Handle
    {
        get
        {
            if (!handle.IsAllocated)
            {
                handle = GCHandle.Alloc(this);
            }

            return GCHandle.ToIntPtr(handle);
        }
    }

    /// <summary>The batch of a <see cref="Handle"/>.</summary>
    public static WriteBatch Of(nint handle) => (WriteBatch)GCHandle.FromIntPtr(handle).Target!;

    /// <summary>One more is written.</summary>
    public void Add()
    {
        Interlocked.Increment(ref left);
        tally.Began();
    }

    /// <summary>The one added last was not taken, and is not told of.</summary>
    public void TakeBack()
    {
        tally.Lost(1);
        Interlocked.Decrement(ref left); // never to 0 before Close
    }

    /// <summary>No more come.</summary>
    public void Close() => End();

    /// <summary>One is told of: whether the brokers have it.</summary>
    public void Written(bool isTaken)
    {
        tally.Ended(isTaken);
        if (!isTaken)
        {
            Volatile.Write(ref failed, 1);
        }

        End();
    }

    private void OnReport(DeliveryReport<byte[], byte[]> report) => Written(report.Status == PersistenceStatus.Persisted);

    private void End()
    {
        if (Interlocked.Decrement(ref left) == 0)
        {
            if (handle.IsAllocated)
            {
                handle.Free();
            }

            done.SetResult(Volatile.Read(ref failed) == 0);
        }
    }
}
