namespace Router.Engine.Shards;

/// <summary>Told when a request's outcome is known, on the owner's thread; returns at once.</summary>
public interface IAcceptListener
{
    /// <summary>The outcome of <paramref name="request"/> is known.</summary>
    void Completed(AcceptRequest request);
}
