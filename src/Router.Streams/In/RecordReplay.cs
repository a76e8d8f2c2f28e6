using Confluent.Kafka;
using Router.Engine.Accepting;
using Router.Engine.Inbound;
using Router.Engine.Shards;
using Router.Grains.Streams;
using Router.Streams.Topics;

namespace Router.Streams.In;

/// <inheritdoc cref="IRecordReplay"/>
/// <remarks>One at a time: operators ask, seldom.</remarks>
internal sealed class RecordReplay(RecordReader records, GatewayRecords gateways, SliceKeeper keeper) : IRecordReplay, IDisposable
{
    private readonly SemaphoreSlim turn = new(1);

    /// <inheritdoc/>
    public async ValueTask<bool> ReplayAsync(DeadRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var source = new RecordSource(new TopicPartition(record.Topic, record.Partition));
            return source.Kind is TopicKind.Inbound or TopicKind.Receipts
                ? gateways.Read(source.Kind, record.Value.Span, out _) is { } told && await gateways.TellAsync(told).ConfigureAwait(false)
                : await KeepAsync(source, record).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private async Task<bool> KeepAsync(RecordSource source, DeadRecord record)
    {
        Headers headers = DeadRecords.HeadersOf(record);
        if (record.Reason == DeadRecords.KeyReused && !RecordReader.HasKey(headers))
        {
            return false; // its key was longer than a letter keeps: under another one it would be sent beside the first
        }

        var request = new AcceptRequest();
        if (records.Read(source, headers, record.Value.Span, record.Offset, atMs: 0, request, out _) != RecordVerdict.Message)
        {
            return false;
        }

        await keeper.KeepAsync(new[] { request }).ConfigureAwait(false);
        bool kept = request.Outcome == AcceptOutcome.Accepted;
        AcceptRequestPool.Blank(request);
        return kept;
    }
}
