namespace Router.Grains.Providers;

/// <summary>
/// Whether an account (key: its number) has a session anywhere, as its tenants were told: each silo reports its own sockets, an account is down when no live silo has any.
/// </summary>
internal interface IProviderHealthGrain : IGrainWithIntegerKey
{
    /// <summary>What <paramref name="silo"/> sees. False: what follows from it is not told to everybody yet, report again.</summary>
    Task<bool> ReportAsync(SiloAddress silo, bool up);
}
