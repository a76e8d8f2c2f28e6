using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Router.Streams.Out.Native;

namespace Router.Streams.Out;

/// <summary>
/// A producer (idempotent, <c>acks=all</c>) that outlives its clients: after an error that librdkafka calls fatal a client takes nothing any more, and another takes its place by itself. Made once
/// something is written. Any thread.
/// </summary>
internal sealed partial class LastingProducer(KafkaOptions options, KafkaHealth health, TimeProvider time, ILogger log, TimeSpan patience, Action<ProducerConfig> own) : IDisposable
{
    // Between two clients: where the error comes back at once (the cluster does not let it write idempotently), it is asked no faster.
    private static readonly TimeSpan Anew = TimeSpan.FromSeconds(1);

    // Until the client's queue, which was full, has room.
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(2);

    private readonly Lock sync = new();
    private ProducerLife? current;
    private long endedAt;
    private bool isEnded; // the last client, by an error; told in the log until one works
    private bool isDisposed;

    /// <summary>One for what must not be lost: it never gives a record up, so who writes waits (<see cref="AskAgainAsync"/>), and is told on <c>/readyz</c>.</summary>
    public static LastingProducer NeverGivingUp(KafkaOptions options, KafkaHealth health, TimeProvider time, ILogger log, bool isDirect = false) =>
        new(options, health, time, log, TimeSpan.FromSeconds(5), static config =>
        {
            config.LingerMs = 3; // under load batches are full before that
            config.MessageTimeoutMs = 0;
            config.QueueBufferingMaxMessages = 200_000; // 16 Ki events hide a round trip, and their copies beside them
        })
        { IsDirect = isDirect };

    /// <summary>It writes <see cref="EventRecord"/>s, by librdkafka directly, and nothing else.</summary>
    public bool IsDirect { get; init; }

    /// <summary>Writes a record; <paramref name="told"/> is called once, if the answer is <see cref="Confluent.Kafka.ErrorCode.NoError"/>.</summary>
    public Confluent.Kafka.ErrorCode Write(string topic, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> told) =>
        Life() is { } life ? Write(life, topic, message, told) : Confluent.Kafka.ErrorCode.Local_Fatal;

    /// <summary>The same as one of <paramref name="batch"/>, which belongs to one client: the next takes no more of it.</summary>
    public Confluent.Kafka.ErrorCode Write(string topic, Message<byte[], byte[]> message, WriteBatch batch)
    {
        if (Life() is not { } life || !batch.TryJoin(life))
        {
            return Confluent.Kafka.ErrorCode.Local_Fatal;
        }

        return Write(life, topic, message, batch.Acknowledged);
    }

    /// <summary>The same where it <see cref="IsDirect"/>. One caller at a time.</summary>
    /// <remarks>Hot path, 0 B.</remarks>
    public Confluent.Kafka.ErrorCode Write(string topic, in EventRecord record, WriteBatch batch)
    {
        if (Life() is not { Direct: { } client } life || !batch.TryJoin(life))
        {
            return Confluent.Kafka.ErrorCode.Local_Fatal;
        }

        Confluent.Kafka.ErrorCode refused = client.Write(topic, record, batch);
        if (refused == Confluent.Kafka.ErrorCode.Local_Fatal)
        {
            Ended(life, refused);
        }

        return refused;
    }

    /// <summary>
    /// After a record of <paramref name="batch"/> was refused: true, after a moment, where it is to be tried again, because the queue was full or the batch is not begun and there is no client;
    /// false where the batch has failed with it.
    /// </summary>
    public async ValueTask<bool> AskAgainAsync(Confluent.Kafka.ErrorCode refused, WriteBatch batch, CancellationToken cancellationToken)
    {
        if (refused == Confluent.Kafka.ErrorCode.Local_QueueFull || (refused == Confluent.Kafka.ErrorCode.Local_Fatal && !batch.IsBegun && !batch.IsLost))
        {
            try
            {
                await Task.Delay(AskAgain, time, cancellationToken).ConfigureAwait(true);
                return true;
            }
            catch (OperationCanceledException)
            {
                batch.Refused(refused);
                throw;
            }
        }

        batch.Refused(refused);
        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ProducerLife? last;
        lock (sync)
        {
            (last, current, isDisposed) = (current, null, true);
        }

        last?.End(patience);
    }

    private Confluent.Kafka.ErrorCode Write(ProducerLife life, string topic, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> told)
    {
        try
        {
            life.Client.Produce(topic, message, told);
            return Confluent.Kafka.ErrorCode.NoError;
        }
        catch (ProduceException<byte[], byte[]> fault)
        {
            if (fault.Error.IsFatal || fault.Error.Code == Confluent.Kafka.ErrorCode.Local_Fatal)
            {
                Ended(life, fault.Error.Code);
                return Confluent.Kafka.ErrorCode.Local_Fatal;
            }

            return fault.Error.Code;
        }
        catch (ObjectDisposedException)
        {
            return Confluent.Kafka.ErrorCode.Local_Fatal;
        }
    }

    private ProducerLife? Life()
    {
        lock (sync)
        {
            if (current is null && !isDisposed && (endedAt == 0 || time.GetElapsedTime(endedAt) >= Anew))
            {
                current = Make();
            }

            return current;
        }
    }

    private ProducerLife Make()
    {
        var config = new ProducerConfig(new Dictionary<string, string>(options.Client))
        {
            BootstrapServers = options.BootstrapServers,
            EnableIdempotence = true,
            Acks = Acks.All,
            DeliveryReportFields = "status",
        };
        if (!options.Client.ContainsKey("compression.type") && !options.Client.ContainsKey("compression.codec"))
        {
            config.Set("compression.type", KafkaOptions.Compression);
        }

        own(config);
        var life = new ProducerLife();
        if (IsDirect)
        {
            life.Direct = new RecordProducer(config.Where(static s => !s.Key.StartsWith("dotnet.", StringComparison.Ordinal)), (code, isFatal) => OnError(life, code, isFatal));
            return life;
        }

        life.Client = new ProducerBuilder<byte[], byte[]>(config).SetErrorHandler((_, error) => OnError(life, error.Code, error.IsFatal)).SetLogHandler(static (_, _) => { }).Build();
        return life;
    }

    private void OnError(ProducerLife life, Confluent.Kafka.ErrorCode code, bool isFatal)
    {
        if (isFatal)
        {
            Ended(life, code);
        }
        else if (code is Confluent.Kafka.ErrorCode.Local_AllBrokersDown)
        {
            health.Down(code.ToString());
        }
    }

    private void Ended(ProducerLife life, Confluent.Kafka.ErrorCode code)
    {
        bool isFirst;
        lock (sync)
        {
            if (current != life)
            {
                return;
            }

            (current, endedAt) = (null, time.GetTimestamp());
            isFirst = !isEnded;
            isEnded = true;
        }

        health.Down(code.ToString());
        if (isFirst)
        {
            LogAnew(code.ToString());
        }

        // Not on its own thread, which ends with it. What it was given and not told of is told by then, or fails with it.
        _ = Task.Run(() => life.End(patience));
    }

    /// <summary>The brokers have taken something: an error after this is news.</summary>
    public void Works()
    {
        if (Volatile.Read(ref isEnded))
        {
            Volatile.Write(ref isEnded, false);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "a client that wrote to Kafka has come to an end ({Code}): another takes its place")]
    private partial void LogAnew(string code);
}
