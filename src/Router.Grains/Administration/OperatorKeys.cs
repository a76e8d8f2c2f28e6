using Router.Grains.Catalog;

namespace Router.Grains.Administration;

/// <summary>The operator's key that Router makes itself when the settings give none. Cold.</summary>
public sealed class OperatorKeys
{
    /// <summary>The id of the key that the settings give or Router made: it can be replaced by the settings only, not removed.</summary>
    public const string FixedId = "operator";

    private readonly IGrainFactory grains;

    /// <summary>Made once a silo.</summary>
    public OperatorKeys(IGrainFactory grains) => this.grains = grains;

    /// <summary>Offers a key by the first 16 bytes of its SHA-256; true: it counts from now on, show it; false: one was made before.</summary>
    /// <exception cref="AdministrationUnavailableException">It could not be kept; offer it again.</exception>
    public Task<bool> OfferAsync(UInt128 hash, CancellationToken cancellationToken) =>
        grains.GetGrain<ICatalogGrain>(0).OfferOperatorKeyAsync(hash).WaitAsync(cancellationToken);
}
