using Confluent.Kafka;
using Router.LoadTest.Load;

namespace Router.LoadTest.Kafka;

/// <summary>Writes records one by one at their times, each with its intended time in its text, without lingering.</summary>
internal sealed class Trickle(string servers, string topic)
{
    private const int Seed = 77;
    private int next;

    /// <summary>Writes <paramref name="count"/>; returns when the broker has them.</summary>
    internal void Run(int count, int perSecond, int flow)
    {
        using IProducer<byte[], byte[]> producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = servers, LingerMs = 0 }).Build();
        var body = new RecordBody(Seed, flow);
        long start = Clock.Now;
        for (int i = 0; i < count; i++)
        {
            long due = start + (Clock.Seconds(1) / perSecond * i);
            for (long left; (left = due - Clock.Now) > 0;)
            {
                Thread.Sleep(TimeSpan.FromMicroseconds(Math.Max(left / 1_000, 50)));
            }

            producer.Produce(topic, body.Make(next++, due));
        }

        producer.Flush(TimeSpan.FromSeconds(30));
    }
}
