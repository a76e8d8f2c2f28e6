using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Router.Engine.Inbound;
using Router.Streams.Out;
using Router.Streams.Topics;

namespace Router.Streams.In;

/// <summary>Puts records away that cannot be handled: kept in the journal, then copied to <c>router.deadletter</c>; only then they are settled, so that neither is ever left out. Any thread.</summary>
internal sealed partial class DeadLetterDesk(IDeadRecords records, IRecordWriter producer, KafkaMeter meter, TimeProvider time, ILogger<DeadLetterDesk> log)
{
    // Brokers that refuse a copy at once must not be asked as fast as they answer.
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    /// <summary>Ends when both have it; never with a fault, else its record would hold up its partition until a restart.</summary>
    public async Task BuryAsync(DeadRecord record)
    {
        while (!await IsDoneAsync(KeepAsync, record).ConfigureAwait(false) || !await IsDoneAsync(CopyAsync, record).ConfigureAwait(false))
        {
            await Task.Delay(AskAgain, time, CancellationToken.None).ConfigureAwait(false);
        }

        meter.Buried(record.Reason);
    }

    private async Task<bool> IsDoneAsync(Func<DeadRecord, Task<bool>> step, DeadRecord record)
    {
        try
        {
            return await step(record).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it was, the answer is the same: again, later.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogLater(record.Topic, record.Partition, record.Offset, fault.GetType().Name);
            return false;
        }
    }

    // Kept already, it is known: the same place is the same letter.
    private Task<bool> KeepAsync(DeadRecord record) => records.TryKeepAsync(record).AsTask();

    private async Task<bool> CopyAsync(DeadRecord record)
    {
        WriteBatch batch = producer.Begin(meter.Copies);
        await producer.WriteAsync(TopicNames.DeadLetters, Copy(record), batch, CancellationToken.None).ConfigureAwait(false);
        batch.Close();
        return await batch.Done.ConfigureAwait(false) == Confluent.Kafka.ErrorCode.NoError;
    }

    private static Message<byte[], byte[]> Copy(DeadRecord record)
    {
        Headers headers = DeadRecords.HeadersOf(record);
        headers.Add("reason", Encoding.ASCII.GetBytes(record.Reason));
        headers.Add("topic", Encoding.UTF8.GetBytes(record.Topic));
        headers.Add("partition", Encoding.ASCII.GetBytes(record.Partition.ToString(CultureInfo.InvariantCulture)));
        headers.Add("offset", Encoding.ASCII.GetBytes(record.Offset.ToString(CultureInfo.InvariantCulture)));
        return new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(record.Place), Value = record.Value.ToArray(), Headers = headers };
    }

    [LoggerMessage(1, LogLevel.Warning, "record {Topic}/{Partition}/{Offset} is no dead letter yet ({Fault}); trying again")]
    private partial void LogLater(string topic, int partition, long offset, string fault);
}
