namespace Router.Grains.Webhooks;

/// <summary>What a receiver said to one delivery.</summary>
/// <param name="Status">HTTP status; 0: none came.</param>
/// <param name="Ms">How long it took, ms.</param>
/// <param name="Fault">Why there is no status (<see cref="WebhookFaults"/>); null: there is one.</param>
/// <param name="RetryAfterMs">How long it asks for no other try; 0: it does not.</param>
[GenerateSerializer, Immutable]
public readonly record struct WebhookAnswer([property: Id(0)] int Status, [property: Id(1)] long Ms, [property: Id(2)] string? Fault, [property: Id(3)] long RetryAfterMs)
{
    /// <summary>Whether the receiver took it.</summary>
    public bool IsTaken => Status is >= 200 and <= 299;
}
