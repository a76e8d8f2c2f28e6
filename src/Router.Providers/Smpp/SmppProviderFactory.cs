using Microsoft.Extensions.Logging;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Engine.Sealing;

namespace Router.Providers.Smpp;

/// <summary>Makes <see cref="SmppProvider"/>s: <c>kind:"smpp"</c>.</summary>
public sealed class SmppProviderFactory(ILoggerFactory loggers) : IProviderFactory
{
    internal const string KindName = "smpp";

    /// <inheritdoc/>
    public string Kind => KindName;

    /// <inheritdoc/>
    public bool Carries(Channel channel) => channel == Channel.Sms;

    /// <inheritdoc/>
    public SettingsFault? Validate(string settings)
    {
        _ = SmppSettings.Parse(settings, out SettingsFault? fault);
        return fault;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The account's settings are not right; <see cref="Validate"/> says why.</exception>
    public IProvider Create(ProviderAccount account, IProviderEvents events, IKeyedHash hash, TimeProvider time, int seed)
    {
        ArgumentNullException.ThrowIfNull(account);
        SmppSettings settings = SmppSettings.Parse(account.Settings.Settings, out SettingsFault? fault) ?? throw new ArgumentException(fault?.Detail, nameof(account));
        return new SmppProvider(account, settings, events, hash, time, seed, loggers.CreateLogger<SmppProvider>());
    }
}
