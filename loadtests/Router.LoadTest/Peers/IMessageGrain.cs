namespace Router.LoadTest.Peers;

/// <summary>What a router that made a grain call of each message would call.</summary>
public interface IMessageGrain : IGrainWithIntegerKey
{
    ValueTask<long> TakeAsync([Immutable] byte[] message);
}
