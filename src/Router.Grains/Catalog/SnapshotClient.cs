using Orleans.Runtime.Services;
using Orleans.Services;

namespace Router.Grains.Catalog;

/// <summary>Reaches the <see cref="ISnapshotService"/> of a silo.</summary>
internal interface ISnapshotClient : IGrainServiceClient<ISnapshotService>
{
    /// <summary>The service of <paramref name="silo"/>.</summary>
    ISnapshotService Of(SiloAddress silo);
}

/// <inheritdoc cref="ISnapshotClient"/>
internal sealed class SnapshotClient(IServiceProvider services) : GrainServiceClient<ISnapshotService>(services), ISnapshotClient
{
    /// <inheritdoc/>
    public ISnapshotService Of(SiloAddress silo) => GetGrainService(silo);
}
