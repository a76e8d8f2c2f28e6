namespace Router.LoadTest.Peers;

/// <summary>Does nothing with it.</summary>
public sealed class MessageGrain : Grain, IMessageGrain
{
    private long count;

    public ValueTask<long> TakeAsync(byte[] message) => ValueTask.FromResult(++count);
}
