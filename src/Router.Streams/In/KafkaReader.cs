using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Router.Engine.Accepting;

namespace Router.Streams.In;

/// <summary>
/// This silo's consumer: one thread reads the partitions of the ways that are the silo's, decodes each record once and puts it into the slice of its shard. Nothing here blocks on what is
/// slow: a way with too much under way is paused. Partials: <c>Records</c> what becomes of a record, <c>Partitions</c> which are read, paused and stored.
/// </summary>
internal sealed partial class KafkaReader : IAsyncDisposable
{
    // Where nothing is open, how long to wait for a record; where slices are open, not at all: they go as soon as nothing more lies ready.
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(20);

    // For what the thread is asked: with brokers that hang, the client hangs in a commit, and a stop must not. What was not committed is read again, and known.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // Before a client takes the place of one that failed.
    private static readonly TimeSpan Anew = TimeSpan.FromSeconds(1);

    // Under load slices go at the latest after so many records: a shard with little traffic must not wait for the others.
    private const int RecordsAFlush = 4_096;

    // Records of a partition that lie ready in the client, about: what lies there is fetched anew once a pause of the partition has ended. As much as comes in a tenth of a second.
    private const int FetchedMin = 8_192;

    private readonly KafkaOptions options;
    private readonly RecordReader records;
    private readonly GatewayRecords gateways;
    private readonly AcceptRequestPool pool;
    private readonly DeadLetterDesk letters;
    private readonly TimeProvider time;
    private readonly ILogger<KafkaReader> log;
    private readonly KafkaHealth health;
    private readonly KafkaMeter meter;
    private readonly ValueBuffer value = new();
    private readonly byte[] keptHeaders = new byte[KeptHeaders.BytesMax];
    private readonly ConcurrentQueue<Action<IConsumer<Ignore, int>>> commands = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SliceRooms rooms = new();
    private readonly Stack<Engine.Shards.AcceptRequest> free = new();
    private readonly List<Slice> open = [];
    private readonly Dictionary<(SliceQueue Queue, int Shard), Slice> openByShard = [];
    private long slices;
    private int sinceFlush;
    private bool started;

    public KafkaReader(
        KafkaOptions options, RecordReader records, GatewayRecords gateways, DeadLetterDesk letters, KafkaHealth health, KafkaMeter meter, TimeProvider time,
        ILogger<KafkaReader> log)
    {
        this.options = options;
        this.records = records;
        this.gateways = gateways;
        this.meter = meter;
        pool = new AcceptRequestPool { KeptMax = options.InFlightMax * options.Queues };
        this.letters = letters;
        this.health = health;
        this.time = time;
        this.log = log;
    }

    /// <summary>Takes over the value of each record read.</summary>
    internal IDeserializer<int> Values => value;

    /// <summary>Begins to read the partitions of <paramref name="queue"/>.</summary>
    public Task AttachAsync(SliceQueue queue)
    {
        Start();
        return DoAsync(consumer => Attach(consumer, queue));
    }

    /// <summary>Reads them no more; what was settled is stored.</summary>
    public Task DetachAsync(SliceQueue queue) => DoAsync(consumer => Detach(consumer, queue));

    /// <summary>Of a slice: rising, and never twice in the life of a silo. Any thread.</summary>
    public long NextNumber() => Interlocked.Increment(ref slices);

    /// <summary>All records of a slice are settled. Any thread.</summary>
    public void Settle(Slice slice)
    {
        foreach (ref readonly RecordPlace place in slice.Places)
        {
            place.Partition.Prefix.Settle(place.Offset, place.Generation);
        }

        meter.Sliced(slice.Count);
        meter.Repeated(slice.Repeats);
        slice.Dispose(pool);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        if (started)
        {
            await Task.WhenAny(ended.Task, Task.Delay(Patience, time)).ConfigureAwait(false);
        }

        if (ended.Task.IsCompleted || !started)
        {
            stopping.Dispose();
        }
    }

    private void Start()
    {
        lock (commands)
        {
            if (!started)
            {
                started = true;
                new Thread(Run) { IsBackground = true, Name = "kafka-reader" }.Start();
            }
        }
    }

    private async Task DoAsync(Action<IConsumer<Ignore, int>> command)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        commands.Enqueue(consumer =>
        {
            try
            {
                command(consumer);
            }
            finally
            {
                done.SetResult();
            }
        });
        await Task.WhenAny(done.Task, ended.Task, Task.Delay(Patience, time)).ConfigureAwait(true);
    }

    private void Run()
    {
        CancellationToken end = stopping.Token;
        while (!end.IsCancellationRequested)
        {
            try
            {
                Read(end);
            }
#pragma warning disable CA1031 // Whatever ended the client (a partition that went while it was paused, an error it calls fatal), another takes its place: what was not stored is read again, and known.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                health.Down("the reader begins anew: " + fault.GetType().Name);
                LogAnew(fault);
                end.WaitHandle.WaitOne(Anew);
            }
        }

        ended.TrySetResult();
    }

    private void Read(CancellationToken end)
    {
        using IConsumer<Ignore, int> consumer = Build();
        Begin(consumer);
        while (!end.IsCancellationRequested)
        {
            Turn(consumer);
        }

        End(consumer);
    }

    /// <summary>A client begins. From here on as the reader's thread, whoever that is.</summary>
    internal void Begin(IConsumer<Ignore, int> consumer)
    {
        newest = null;
        committedAt = time.GetTimestamp();
        partitions.Clear(); // of a client before: slices under way are settled into nothing
        Assign(consumer);
    }

    /// <summary>Ends well.</summary>
    internal void End(IConsumer<Ignore, int> consumer)
    {
        Store(consumer);
        consumer.Close(); // commits what was stored
    }

    /// <summary>Reads one record, if one lies ready.</summary>
    internal void Turn(IConsumer<Ignore, int> consumer)
    {
        if (topics != Volatile.Read(ref known))
        {
            topics = known;
            Assign(consumer);
        }

        while (commands.TryDequeue(out Action<IConsumer<Ignore, int>>? command))
        {
            command(consumer);
        }

        ConsumeResult<Ignore, int>? result = null;
        try
        {
            result = consumer.Consume(open.Count > 0 ? TimeSpan.Zero : Idle);
        }
        catch (ConsumeException fault)
        {
            health.Down(fault.Error.Reason);
            LogFault(fault.Error.Code.ToString());
        }

        if (result is not null)
        {
            Take(consumer, result);
        }

        if (result is null || ++sinceFlush >= RecordsAFlush)
        {
            Flush();
            Balance(consumer);
        }
    }

    private void Flush()
    {
        foreach (Slice slice in open)
        {
            slice.Queue.Add(slice);
        }

        open.Clear();
        openByShard.Clear();
        sinceFlush = 0;
    }

    private IConsumer<Ignore, int> Build()
    {
        var config = new ConsumerConfig(new Dictionary<string, string>(options.Client))
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = options.Group,
            EnableAutoOffsetStore = false,
            EnableAutoCommit = true,
            AutoCommitIntervalMs = 1_000,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            QueuedMinMessages = FetchedMin,
            FetchQueueBackoffMs = 5,
            EnablePartitionEof = false,
            TopicMetadataRefreshIntervalMs = 10_000, // a topic that was deleted and made again is read no later (librdkafka's five minutes)
            ConsumeResultFields = "headers,topic,timestamp",
        };
        return new ConsumerBuilder<Ignore, int>(config)
            .SetValueDeserializer(value)
            .SetErrorHandler((_, error) => OnError(error))
            .SetLogHandler(static (_, _) => { }) // librdkafka's lines name brokers; what matters comes as an error
            .Build();
    }

    private void OnError(Error error)
    {
        if (error.Code is Confluent.Kafka.ErrorCode.Local_AllBrokersDown or Confluent.Kafka.ErrorCode.Local_Resolve or Confluent.Kafka.ErrorCode.Local_Authentication or Confluent.Kafka.ErrorCode.Local_Ssl || error.IsFatal)
        {
            health.Down(error.Code.ToString());
        }
    }

    [LoggerMessage(3, LogLevel.Error, "reading from Kafka begins anew")]
    private partial void LogAnew(Exception fault);

    [LoggerMessage(4, LogLevel.Warning, "reading from Kafka: {Code}")]
    private partial void LogFault(string code);
}
