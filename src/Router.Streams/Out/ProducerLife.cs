using Confluent.Kafka;

namespace Router.Streams.Out;

/// <summary>One client of a <see cref="LastingProducer"/>, and the batches written with it that are not told of.</summary>
internal sealed class ProducerLife
{
    private readonly Lock sync = new();
    private readonly HashSet<WriteBatch> open = [];
    private bool isOver;

    /// <summary>Set once, before it is used.</summary>
    public IProducer<byte[], byte[]> Client { get; set; } = null!;

    /// <summary>Whether it takes a batch.</summary>
    public bool TryAdd(WriteBatch batch)
    {
        lock (sync)
        {
            if (isOver)
            {
                return false;
            }

            open.RemoveWhere(static b => b.Done.IsCompleted);
            open.Add(batch);
            return true;
        }
    }

    /// <summary>Ends it: what the brokers have not taken within <paramref name="patience"/> is not waited for, and fails.</summary>
    public void End(TimeSpan patience)
    {
        Client.Flush(patience);
        Client.Dispose();
        WriteBatch[] left;
        lock (sync)
        {
            isOver = true;
            left = [.. open];
        }

        foreach (WriteBatch batch in left)
        {
            batch.Fail(Confluent.Kafka.ErrorCode.Local_Fatal);
        }
    }
}
