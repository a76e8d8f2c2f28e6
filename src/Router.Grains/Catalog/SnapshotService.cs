using Microsoft.Extensions.Logging;
using Router.Engine;
using Router.Engine.Journal;
using Router.Grains.Administration;
using Router.Grains.Streams;

namespace Router.Grains.Catalog;

/// <inheritdoc cref="ISnapshotService"/>
internal sealed class SnapshotService(GrainId id, Silo silo, ILoggerFactory logs, ConfigurationHolder holder, SiloEngine engine, IJournal journal, ILocalSiloDetails here,
    IEnumerable<IStreamFigures> streams)
    : GrainService(id, silo, logs), ISnapshotService
{
    /// <inheritdoc/>
    public Task<long> TakeAsync(CatalogSnapshot snapshot) => Task.FromResult(holder.Take(snapshot));

    /// <inheritdoc/>
    public Task<SiloLook> LookAsync()
    {
        IReadOnlyList<ShardState> shards = engine.States();
        return Task.FromResult(new SiloLook(
            here.SiloAddress.ToParsableString(), "active", true, shards.Count, shards.Sum(static s => (long)s.Waiting), [.. engine.LookAtProviders().Select(ProviderOnSilo.Of)])
        {
            Figures = SiloFigures.Of(engine, journal, streams.FirstOrDefault()?.Figures),
        });
    }
}
