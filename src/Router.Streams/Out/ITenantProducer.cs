using Confluent.Kafka;

namespace Router.Streams.Out;

/// <summary>Writes to tenants' own topics of events. One caller at a time.</summary>
internal interface ITenantProducer
{
    /// <summary>A batch for it, which must not overtake <paramref name="after"/>.</summary>
    WriteBatch Begin(WriteBatch? after);

    /// <summary>Writes a record of <paramref name="batch"/>; where the client does not take it, the batch fails: nobody waits.</summary>
    bool Write(string topic, Message<byte[], byte[]> message, WriteBatch batch);
}
