namespace Router.Grains.Administration;

/// <summary>How a silo is.</summary>
/// <param name="Silo">Its address.</param>
/// <param name="Status">What the membership says of it: <c>active</c>, <c>joining</c>, <c>stopping</c> …</param>
/// <param name="Answers">Whether it told about itself; else what follows is not known.</param>
/// <param name="Shards">Shards it owns.</param>
/// <param name="Waiting">Messages there, accepted and not finished.</param>
/// <param name="Providers">Its providers.</param>
[GenerateSerializer, Immutable]
public sealed record SiloLook(
    [property: Id(0)] string Silo,
    [property: Id(1)] string Status,
    [property: Id(2)] bool Answers,
    [property: Id(3)] int Shards,
    [property: Id(4)] long Waiting,
    [property: Id(5)] ProviderOnSilo[] Providers)
{
    /// <summary>What it tells of itself beyond that; null: it does not answer.</summary>
    [Id(6)]
    public SiloFigures? Figures { get; init; }
}
