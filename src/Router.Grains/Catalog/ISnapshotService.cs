using Orleans.Concurrency;
using Orleans.Services;
using Router.Grains.Administration;

namespace Router.Grains.Catalog;

/// <summary>The place on each silo that takes the catalog's snapshots and tells how it is; addressed by silo, never placed.</summary>
internal interface ISnapshotService : IGrainService
{
    /// <summary>Takes a snapshot unless it holds a newer one; answers the version that it holds then. Interleaves: an older one may come later.</summary>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:05")]
    Task<long> TakeAsync([Immutable] CatalogSnapshot snapshot);

    /// <summary>How the silo is.</summary>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:02")]
    Task<SiloLook> LookAsync();
}
