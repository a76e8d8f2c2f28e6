using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Engine.Sealing;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>A kind of provider whose settings are wrong, or not available yet, when they say so, and that carries all but web push.</summary>
internal sealed class FakeKind(string kind) : IProviderFactory
{
    public string Kind => kind;

    public bool Carries(Channel channel) => channel != Channel.WebPush;

    public SettingsFault? Validate(string settings) =>
        settings.Contains("\"wrong\"", StringComparison.Ordinal) ? new SettingsFault("settings.wrong", "is not a setting; leave it out")
        : settings.Contains("\"later\"", StringComparison.Ordinal) ? new SettingsFault("settings.later", "is not available in this version; leave it out") { NotAvailable = true }
        : null;

    public IProvider Create(ProviderAccount account, IProviderEvents events, IKeyedHash hash, TimeProvider time, int seed) => throw new NotSupportedException();
}
