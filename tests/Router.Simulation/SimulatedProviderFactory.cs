using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Engine.Sealing;

namespace Router.Simulation;

/// <summary>Makes the <see cref="SimulatedProvider"/>s of one silo.</summary>
internal sealed class SimulatedProviderFactory(SimulationRun run, SimulatedSilo silo) : IProviderFactory
{
    public List<SimulatedProvider> Made { get; } = [];

    public string Kind => "simulated";

    public SettingsFault? Validate(string settings) => null;

    public IProvider Create(ProviderAccount account, IProviderEvents events, IKeyedHash hash, TimeProvider time, int seed)
    {
        Made.RemoveAll(static p => p.IsGone && p.IsIdle);
        var provider = new SimulatedProvider(account, events, run, silo);
        Made.Add(provider);
        return provider;
    }
}
