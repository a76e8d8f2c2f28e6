using Orleans.Streams;
using Orleans.Streams.Core;

namespace Router.LoadTest.Kafka;

/// <summary>Counts what its stream brings; the process has all of them.</summary>
[ImplicitStreamSubscription(StreamEvents.Namespace)]
public sealed class RecordGrain : Grain, IRecordGrain, IStreamSubscriptionObserver, IAsyncObserver<byte[]>
{
    private static long count;

    internal static long Count => Volatile.Read(ref count);

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<byte[]>().ResumeAsync(this);

    public Task OnNextAsync(byte[] item, StreamSequenceToken? token = null)
    {
        Interlocked.Increment(ref count);
        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
}
