namespace Router.FrontDoor.Events;

/// <summary>Ends a stream's waits: each after its time, and all with the stream. One wait at a time.</summary>
/// <remarks>One source for all of them: where few messages come there is a wait a commit, and two sources and a timer for each were 120 B a message.</remarks>
internal sealed class StreamWait(TimeProvider time, CancellationToken ended) : IDisposable
{
    private CancellationTokenSource? source;
    private CancellationTokenRegistration withStream;

    /// <summary>A token for one wait, which lasts for <paramref name="most"/>.</summary>
    internal CancellationToken Begin(TimeSpan most)
    {
        if (source?.TryReset() == true)
        {
            source.CancelAfter(most);
            return source.Token;
        }

        Dispose();
        source = new CancellationTokenSource(most, time);
        withStream = ended.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), source);
        return source.Token;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        withStream.Dispose();
        source?.Dispose();
        source = null;
    }
}
