using Microsoft.Extensions.Logging;
using Router.Grains.Administration;

namespace Router.Grains.Catalog;

/// <inheritdoc cref="ISnapshotService"/>
internal sealed class SnapshotService(GrainId id, Silo silo, ILoggerFactory logs, ConfigurationHolder holder) : GrainService(id, silo, logs), ISnapshotService
{
    /// <inheritdoc/>
    public Task<long> TakeAsync(CatalogSnapshot snapshot) => Task.FromResult(holder.Take(snapshot));
}
