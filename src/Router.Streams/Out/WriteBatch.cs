using Confluent.Kafka;
using Router.Engine.Work;

namespace Router.Streams.Out;

/// <summary>Records written together: ends once the brokers have all of them; with false where one was not taken.</summary>
internal sealed class WriteBatch
{
    private readonly ScheduledAnswer<bool> done;
    private int left = 1;
    private int failed;

    private readonly ProducerTally tally;

    public WriteBatch(ProducerTally tally, IWorkScheduler scheduler)
    {
        this.tally = tally;
        done = new ScheduledAnswer<bool>(scheduler);
        Acknowledged = OnReport;
    }

    /// <summary>To be told of each.</summary>
    public Action<DeliveryReport<byte[], byte[]>> Acknowledged { get; }

    /// <summary>Ends when <see cref="Close"/> was called and all are told.</summary>
    public Task<bool> Done => done.Task;

    /// <summary>One more is written.</summary>
    public void Add()
    {
        Interlocked.Increment(ref left);
        tally.Began();
    }

    /// <summary>No more come.</summary>
    public void Close() => End();

    private void OnReport(DeliveryReport<byte[], byte[]> report)
    {
        tally.Ended(report.Status == PersistenceStatus.Persisted);
        if (report.Status != PersistenceStatus.Persisted)
        {
            Volatile.Write(ref failed, 1);
        }

        End();
    }

    private void End()
    {
        if (Interlocked.Decrement(ref left) == 0)
        {
            done.Give(Volatile.Read(ref failed) == 0);
        }
    }
}
