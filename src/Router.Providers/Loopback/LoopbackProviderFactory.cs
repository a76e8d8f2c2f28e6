using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Engine.Sealing;

namespace Router.Providers.Loopback;

/// <summary>Makes <see cref="LoopbackProvider"/>s: <c>kind:"loopback"</c>.</summary>
public sealed class LoopbackProviderFactory : IProviderFactory
{
    internal const string KindName = "loopback";

    /// <inheritdoc/>
    public string Kind => KindName;

    /// <inheritdoc/>
    public bool CarriesMedia => true;

    /// <inheritdoc/>
    public SettingsFault? Validate(string settings)
    {
        _ = LoopbackSettings.Parse(settings, out SettingsFault? fault);
        return fault;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The account's settings are not right; <see cref="Validate"/> says why.</exception>
    public IProvider Create(ProviderAccount account, IProviderEvents events, IKeyedHash hash, TimeProvider time, int seed)
    {
        ArgumentNullException.ThrowIfNull(account);
        LoopbackSettings settings = LoopbackSettings.Parse(account.Settings.Settings, out SettingsFault? fault) ?? throw new ArgumentException(fault?.Detail, nameof(account));
        return new LoopbackProvider(account, settings, events, hash, time, seed);
    }
}
