using System.Text;
using Confluent.Kafka;

namespace Router.Faults;

/// <summary>
/// Reads <c>router.events</c> from its beginning while it grows, and keeps of each event no more than it takes to say that all are there, once each by id, and in their message's order.
/// </summary>
internal sealed class ToldEvents(string servers)
{
    private static readonly string[] Way = ["message.accepted", "message.sent", "message.delivered"];

    private readonly Lock gate = new();
    private readonly HashSet<Guid> ids = [];
    private readonly Dictionary<Guid, int> messages = []; // how far on its way each is
    private readonly long[] seen = new long[Way.Length];
    private long delivered;
    private long outOfOrder;

    /// <summary>Messages of which it is told that they are delivered.</summary>
    public long Delivered => Volatile.Read(ref delivered);

    /// <summary>Messages of which it is told that they are sent.</summary>
    public long Sent => Volatile.Read(ref seen[1]);

    /// <summary>Messages of which anything is told.</summary>
    public int Messages => messages.Count;

    /// <summary>Events with an id that was told before.</summary>
    public long Repeats { get; private set; }

    /// <summary>Events of the way accepted, sent, delivered, by type, each id once.</summary>
    public IReadOnlyList<long> Seen => seen;

    /// <summary>Events that were told before those that they follow, or a second time under another id.</summary>
    public long OutOfOrder => outOfOrder;

    /// <summary>Messages told of, and not as delivered. Any thread.</summary>
    public Guid[] Undelivered()
    {
        lock (gate)
        {
            return [.. messages.Where(static m => m.Value < Way.Length).Select(static m => m.Key)];
        }
    }

    /// <summary>Reads until <paramref name="isEnough"/> says so and the end of every partition is reached.</summary>
    public void Read(Func<bool> isEnough, CancellationToken limit)
    {
        using IConsumer<Ignore, byte[]> consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig
        {
            BootstrapServers = servers, GroupId = "test-" + Guid.NewGuid(), EnableAutoCommit = false, EnablePartitionEof = true, ConsumeResultFields = "headers,topic",
        }).SetLogHandler(static (_, _) => { }).Build();
        int partitions = Partitions();
        consumer.Assign(Enumerable.Range(0, partitions).Select(static p => new TopicPartitionOffset("router.events", p, Offset.Beginning)));
        HashSet<int> ended = [];
        bool isOver = false;
        while (!isOver)
        {
            try
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(500)) is { } one)
                {
                    if (one.IsPartitionEOF)
                    {
                        ended.Add(one.Partition);
                    }
                    else
                    {
                        ended.Remove(one.Partition);
                        Take(one);
                    }
                }
            }
            catch (ConsumeException)
            {
                // A broker was killed: its partitions are read on from another.
            }

            isOver = ended.Count == partitions && isEnough();
            Assert.False(limit.IsCancellationRequested, $"{messages.Count} messages told, {delivered} delivered, and they are not enough");
        }

        consumer.Close();
    }

    private int Partitions()
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).SetLogHandler(static (_, _) => { }).Build();
        return admin.GetMetadata("router.events", TimeSpan.FromSeconds(30)).Topics[0].Partitions.Count;
    }

    private void Take(ConsumeResult<Ignore, byte[]> one)
    {
        int step = Array.IndexOf(Way, Encoding.ASCII.GetString(one.Message.Headers.GetLastBytes("ce_type")));
        if (!ids.Add(Guid.Parse(Encoding.ASCII.GetString(one.Message.Headers.GetLastBytes("ce_id")))))
        {
            Repeats++;
            return;
        }

        if (step < 0)
        {
            return; // queued, notices
        }

        seen[step]++;
        Guid message = MessageOf(one.Message.Value);
        if (messages.GetValueOrDefault(message) != step)
        {
            outOfOrder++;
        }

        lock (gate)
        {
            messages[message] = step + 1;
        }

        if (step == Way.Length - 1)
        {
            Volatile.Write(ref delivered, delivered + 1);
        }
    }

    private static Guid MessageOf(ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> name = "\"message\":\""u8;
        int at = json.IndexOf(name) + name.Length;
        return Guid.Parse(Encoding.ASCII.GetString(json.Slice(at, 36)));
    }
}
