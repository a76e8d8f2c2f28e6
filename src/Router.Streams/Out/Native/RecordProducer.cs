using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Router.Streams.Out.Native;

/// <summary>A producer that writes events without garbage: librdkafka's, asked directly. Any thread.</summary>
/// <remarks>Hot path, 0 B a record. <c>loadtests/run kafka</c>.</remarks>
internal sealed unsafe class RecordProducer
{
    private const int FaultBytes = 512;
    private const int PollMs = 100;
    private const int Headers = 7;

    // Handles of topics: a few, and one a tenant that has its own.
    private const int TopicsMax = 4_096;

    private readonly Action<Confluent.Kafka.ErrorCode, bool> faulted;
    private readonly Dictionary<string, nint> topics = [];
    private readonly Thread thread;
    private readonly GCHandle self;
    private readonly nint client;
    private readonly Lock sync = new();
    private bool hasEnded;
    private volatile bool stopping;

    /// <param name="settings">librdkafka's.</param>
    /// <param name="faulted">Told of its errors, on its own thread, and whether nothing goes any more after one.</param>
    /// <exception cref="InvalidOperationException">librdkafka refuses a setting.</exception>
    public RecordProducer(IEnumerable<KeyValuePair<string, string>> settings, Action<Confluent.Kafka.ErrorCode, bool> faulted)
    {
        this.faulted = faulted;
        self = GCHandle.Alloc(this);
        try
        {
            client = Make(settings, GCHandle.ToIntPtr(self));
        }
        catch
        {
            self.Free();
            throw;
        }

        thread = new Thread(Poll) { IsBackground = true, Name = "kafka-events" };
        thread.Start();
    }

    /// <summary>Hands a record over, of which <paramref name="batch"/> is told if the answer is <see cref="Confluent.Kafka.ErrorCode.NoError"/>.</summary>
    public Confluent.Kafka.ErrorCode Write(string topic, in EventRecord record, WriteBatch batch)
    {
        // Held by one caller but while it ends.
        lock (sync)
        {
            return hasEnded ? Confluent.Kafka.ErrorCode.Local_Fatal : WriteLocked(topic, record, batch);
        }
    }

    /// <summary>Ends it: what the brokers have not taken within <paramref name="patience"/> is not waited for, and nobody is told of it.</summary>
    public void End(TimeSpan patience)
    {
        lock (sync)
        {
            if (hasEnded)
            {
                return;
            }

            hasEnded = true;
        }

        _ = Librdkafka.Flush(client, (int)patience.TotalMilliseconds);
        stopping = true;
        thread.Join();
        ForgetTopics();
        Librdkafka.Destroy(client);
        self.Free();
    }

    private Confluent.Kafka.ErrorCode WriteLocked(string topic, in EventRecord record, WriteBatch batch)
    {
        nint to = TopicOf(topic);
        if (to == 0)
        {
            return Confluent.Kafka.ErrorCode.Local_InvalidArg;
        }

        fixed (byte* key = record.Key, value = record.Value, id = record.Id, type = record.Type, at = record.Time, tenant = record.Tenant)
        {
            ProduceArgument* arguments = stackalloc ProduceArgument[5 + Headers]
            {
                ProduceArgument.Of(ProduceArgument.What.Topic, to),
                new ProduceArgument { Kind = ProduceArgument.What.Flags, Number = Librdkafka.Copy },
                ProduceArgument.Of(ProduceArgument.What.Key, key, record.Key.Length),
                ProduceArgument.Of(ProduceArgument.What.Value, value, record.Value.Length),
                ProduceArgument.Of(ProduceArgument.What.Opaque, batch.Handle),
                Fixed("ce_specversion\0"u8, "1.0"u8),
                ProduceArgument.Header(Text("ce_id\0"u8), id, record.Id.Length),
                Fixed("ce_source\0"u8, "/router"u8),
                ProduceArgument.Header(Text("ce_type\0"u8), type, record.Type.Length),
                ProduceArgument.Header(Text("ce_time\0"u8), at, record.Time.Length),
                ProduceArgument.Header(Text("ce_tenant\0"u8), tenant, record.Tenant.Length),
                Fixed("content-type\0"u8, "application/json"u8),
            };
            nint error = Librdkafka.Produce(client, arguments, 5 + Headers);
            return error == 0 ? Confluent.Kafka.ErrorCode.NoError : CodeOf(error);
        }
    }

    private static nint Make(IEnumerable<KeyValuePair<string, string>> settings, nint opaque)
    {
        byte* fault = stackalloc byte[FaultBytes];
        nint configuration = Librdkafka.NewConfiguration();
        foreach ((string name, string value) in settings)
        {
            if (Librdkafka.Set(configuration, name, value, fault, FaultBytes) != Librdkafka.ConfigurationOk)
            {
                Librdkafka.DestroyConfiguration(configuration);
                throw new InvalidOperationException(Marshal.PtrToStringUTF8((nint)fault));
            }
        }

        Librdkafka.SetOpaque(configuration, opaque);
        Librdkafka.SetLog(configuration, 0); // its lines name brokers; what matters comes as an error
        Librdkafka.SetDelivered(configuration, &OnDelivered);
        Librdkafka.SetFault(configuration, &OnFault);
        nint made = Librdkafka.New(Librdkafka.Producer, configuration, fault, FaultBytes);
        if (made == 0)
        {
            Librdkafka.DestroyConfiguration(configuration);
            throw new InvalidOperationException(Marshal.PtrToStringUTF8((nint)fault));
        }

        return made;
    }

    // UTF-8 literals lie in the program's image, which never moves.
    private static byte* Text(ReadOnlySpan<byte> literal) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(literal));

    private static ProduceArgument Fixed(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => ProduceArgument.Header(Text(name), Text(value), value.Length);

    private static Confluent.Kafka.ErrorCode CodeOf(nint error)
    {
        int code = Librdkafka.CodeOf(error);
        Librdkafka.DestroyError(error);
        return (Confluent.Kafka.ErrorCode)code;
    }

    // 0: it is no topic's name.
    private nint TopicOf(string name)
    {
        if (topics.TryGetValue(name, out nint topic))
        {
            return topic;
        }

        if (topics.Count == TopicsMax)
        {
            ForgetTopics();
        }

        topic = Librdkafka.NewTopic(client, name, 0);
        if (topic != 0)
        {
            topics.Add(name, topic);
        }

        return topic;
    }

    // Records under way hold them as well.
    private void ForgetTopics()
    {
        foreach (nint topic in topics.Values)
        {
            Librdkafka.DestroyTopic(topic);
        }

        topics.Clear();
    }

    private void Poll()
    {
        while (!stopping)
        {
            _ = Librdkafka.Poll(client, PollMs);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDelivered(nint client, DeliveredRecord* record, nint opaque) => WriteBatch.Of(record->Opaque).Written((Confluent.Kafka.ErrorCode)record->Code);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnFault(nint client, int code, byte* reason, nint opaque)
    {
        var producer = (RecordProducer)GCHandle.FromIntPtr(opaque).Target!;
        bool isFatal = code == (int)Confluent.Kafka.ErrorCode.Local_Fatal;
        producer.faulted((Confluent.Kafka.ErrorCode)(isFatal ? Librdkafka.FatalCode(client, null, 0) : code), isFatal);
    }
}
