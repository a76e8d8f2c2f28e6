using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Router.Engine.Inbound;
using Router.Streams.Out;
using Router.Streams.Topics;

namespace Router.Streams.In;

/// <summary>Puts records away that cannot be handled: kept in the journal, then copied to <c>router.deadletter</c>; only then they are settled, so that neither is ever left out. Any thread.</summary>
internal sealed class DeadLetterDesk(IDeadRecords records, KafkaProducer producer, KafkaMeter meter, TimeProvider time)
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(100);

    /// <summary>Ends when both have it.</summary>
    public async Task BuryAsync(DeadRecord record)
    {
        while (!await records.TryKeepAsync(record).ConfigureAwait(false))
        {
            await Task.Delay(AskAgain, time, CancellationToken.None).ConfigureAwait(false);
        }

        bool copied = false;
        while (!copied)
        {
            var batch = new WriteBatch();
            batch.Add();
            await producer.WriteAsync(TopicNames.DeadLetters, Copy(record), batch.Acknowledged, CancellationToken.None).ConfigureAwait(false);
            batch.Close();
            copied = await batch.Done.ConfigureAwait(false);
        }

        meter.Buried(record.Reason);
    }

    private static Message<byte[], byte[]> Copy(DeadRecord record)
    {
        Headers headers = [];
        foreach ((string name, string value) in record.Headers)
        {
            headers.Add(name, Encoding.UTF8.GetBytes(value));
        }

        headers.Add("reason", Encoding.ASCII.GetBytes(record.Reason));
        headers.Add("topic", Encoding.UTF8.GetBytes(record.Topic));
        headers.Add("partition", Encoding.ASCII.GetBytes(record.Partition.ToString(CultureInfo.InvariantCulture)));
        headers.Add("offset", Encoding.ASCII.GetBytes(record.Offset.ToString(CultureInfo.InvariantCulture)));
        return new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(record.Place), Value = record.Value.ToArray(), Headers = headers };
    }
}
