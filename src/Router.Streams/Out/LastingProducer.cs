using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Router.Streams.Out;

/// <summary>
/// A producer (idempotent, <c>acks=all</c>) that outlives its clients: after an error that librdkafka calls fatal a client takes nothing any more, and another takes its place by itself. Made once
/// something is written. Any thread.
/// </summary>
internal sealed partial class LastingProducer(KafkaOptions options, KafkaHealth health, TimeProvider time, ILogger log, TimeSpan patience, Action<ProducerConfig> own) : IDisposable
{
    // Between two clients: where the error comes back at once (the cluster does not let it write idempotently), it is asked no faster.
    private static readonly TimeSpan Anew = TimeSpan.FromSeconds(1);

    private readonly Lock sync = new();
    private ProducerLife? current;
    private long endedAt;
    private bool isEnded; // the last client, by an error; told in the log until one works
    private bool isDisposed;

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
        life.Client = new ProducerBuilder<byte[], byte[]>(config).SetErrorHandler((_, error) => OnError(life, error)).SetLogHandler(static (_, _) => { }).Build();
        return life;
    }

    private void OnError(ProducerLife life, Error error)
    {
        if (error.IsFatal)
        {
            Ended(life, error.Code);
        }
        else if (error.Code is Confluent.Kafka.ErrorCode.Local_AllBrokersDown)
        {
            health.Down(error.Code.ToString());
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
