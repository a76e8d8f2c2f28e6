using Orleans.Streams;
using Router.Grains.Streams;
using Router.Streams.In;

namespace Router.Simulation.Kafka;

/// <summary>
/// What Orleans' pulling agent does of one way: takes what was read, and offers each stream's slices one after the other until each is taken. An offer may fail, or its answer be lost: then it comes again.
/// </summary>
internal sealed class Agent(SimulationRun run, SliceQueue queue, SliceKeeper keeper)
{
    private static readonly CancellationToken AtOnce = new(canceled: true);
    private readonly Dictionary<StreamId, Offer> offers = [];
    private readonly List<StreamId> streams = [];

    public SliceQueue Queue => queue;

    /// <summary>Whether a slice is under way.</summary>
    public bool IsBusy => offers.Values.Any(static o => o.Slice is not null);

    /// <summary>Goes on with one thing; false: there was nothing.</summary>
    public bool Step()
    {
        IList<IBatchContainer> read = queue.GetQueueMessagesAsync(0, AtOnce).GetAwaiter().GetResult();
        queue.AddToCache(read);
        foreach (IBatchContainer slice in read)
        {
            if (offers.TryAdd(slice.StreamId, new Offer((SliceCursor)queue.GetCacheCursor(slice.StreamId, null))))
            {
                streams.Add(slice.StreamId);
            }
        }

        return streams.Count > 0 && Go(offers[streams[run.Random.Next(streams.Count)]]) | read.Count > 0;
    }

    private bool Go(Offer offer)
    {
        if (offer.Slice is not null)
        {
            if (run.HasFaults && run.Chance(0.05))
            {
                run.Coverage.Count("fault: a slice was offered again");
                offer.Cursor.RecordDeliveryFailure();
                offer.Slice = null;
                return true;
            }

            if (!offer.Kept!.IsCompleted)
            {
                return false;
            }

            Violation.Unless(offer.Kept.IsCompletedSuccessfully, $"a slice came to nothing: {offer.Kept.Exception}");
        }

        offer.Slice = offer.Cursor.MoveNext() ? (Slice)offer.Cursor.GetCurrent(out _)! : null;
        offer.Kept = offer.Slice?.KeepAsync(keeper);
        return offer.Slice is not null;
    }

    private sealed class Offer(SliceCursor cursor)
    {
        public SliceCursor Cursor { get; } = cursor;

        public Slice? Slice { get; set; }

        public Task? Kept { get; set; }
    }
}
