using Orleans.Streams;

namespace Router.Streams.In;

/// <summary>Takes slices of one stream, one at a time; to move on says that the one before was delivered. Only on its agent's turns.</summary>
internal sealed class SliceCursor(LinkedList<Slice> waiting) : IQueueCacheCursor
{
    private Slice? current;

    /// <inheritdoc/>
    public IBatchContainer? GetCurrent(out Exception? exception)
    {
        exception = null;
        return current;
    }

    /// <inheritdoc/>
    public bool MoveNext()
    {
        current?.Queue.Delivered(current);
        current = waiting.First?.Value;
        if (current is not null)
        {
            waiting.RemoveFirst();
        }

        return current is not null;
    }

    /// <inheritdoc/>
    public void Refresh(StreamSequenceToken token)
    {
    }

    /// <inheritdoc/>
    public void RecordDeliveryFailure() => PutBack();

    /// <inheritdoc/>
    public void Dispose() => PutBack();

    // Not known to be delivered: it comes again.
    private void PutBack()
    {
        if (current is not null)
        {
            waiting.AddFirst(current);
            current = null;
        }
    }
}
