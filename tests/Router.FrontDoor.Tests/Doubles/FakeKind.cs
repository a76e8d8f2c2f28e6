using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Engine.Sealing;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>A kind of provider whose settings are wrong when they say so.</summary>
internal sealed class FakeKind(string kind) : IProviderFactory
{
    public string Kind => kind;

    public string? Validate(string settings) => settings.Contains("\"wrong\"", StringComparison.Ordinal) ? "wrong is not a setting; leave it out" : null;

    public IProvider Create(ProviderAccount account, IProviderEvents events, IKeyedHash hash, TimeProvider time, int seed) => throw new NotSupportedException();
}
