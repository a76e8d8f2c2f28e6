using Confluent.Kafka;
using Router.Engine.Accepting;
using Router.Engine.Inbound;
using Router.Engine.Shards;
using Router.Grains.Streams;

namespace Router.Streams.In;

/// <summary>
/// Keeps slices that other silos read for shards that are owned here. A delivery that timed out comes again: it waits for the one that is under way, so that a shard that keeps nothing for an
/// hour has no more to do than at its beginning. Any thread.
/// </summary>
internal sealed class SliceArrivals(DeadLetterDesk letters, KafkaMeter meter)
{
    private readonly Lock sync = new();
    private readonly Dictionary<(SiloAddress From, long Number), Task> underWay = [];

    /// <summary>Ends once every record is settled.</summary>
    public Task KeepAsync(SliceItem slice, SliceKeeper keeper)
    {
        lock (sync)
        {
            if (underWay.TryGetValue((slice.From, slice.Number), out Task? already))
            {
                slice.Wipe();
                return already;
            }

            Task keeping = Task.Run(() => KeepOnceAsync(slice, keeper));
            underWay.Add((slice.From, slice.Number), keeping);
            return keeping;
        }
    }

    private async Task KeepOnceAsync(SliceItem slice, SliceKeeper keeper)
    {
        try
        {
            AcceptRequest?[] unpacked = new AcceptRequest?[slice.Records.Length];
            for (int i = 0; i < unpacked.Length; i++)
            {
                unpacked[i] = await UnpackAsync(slice.Records[i], keeper).ConfigureAwait(false);
            }

            await keeper.KeepAsync(unpacked.OfType<AcceptRequest>().ToArray()).ConfigureAwait(false);
            for (int i = 0; i < unpacked.Length; i++)
            {
                await SettleAsync(slice, slice.Records[i], unpacked[i]).ConfigureAwait(false);
            }
        }
        finally
        {
            lock (sync)
            {
                underWay.Remove((slice.From, slice.Number));
            }

            slice.Wipe();
        }
    }

    private static async Task<AcceptRequest?> UnpackAsync(RecordItem record, SliceKeeper keeper)
    {
        AcceptRequest? request = await keeper.UnpackAsync(record.Message).ConfigureAwait(false);
        if (request is not null && record.Fallback is { } fallback)
        {
            request.Fallback = await keeper.UnpackAsync(fallback).ConfigureAwait(false);
        }

        return request;
    }

    private async Task SettleAsync(SliceItem slice, RecordItem record, AcceptRequest? request)
    {
        if (request is { Outcome: AcceptOutcome.Accepted, IsRepeat: true })
        {
            meter.Repeated(1);
        }
        else if (request?.Outcome == AcceptOutcome.OtherBody)
        {
            (string topic, int partition) = slice.Sources[record.Source];
            DeadRecord letter = DeadRecords.Of(new TopicPartition(topic, partition), record.Offset, DeadRecords.KeyReused, record.Value, KeptHeaders.Read(record.Headers));
            await letters.BuryAsync(letter).ConfigureAwait(false);
        }

        if (request is not null)
        {
            AcceptRequestPool.Blank(request);
        }
    }
}
