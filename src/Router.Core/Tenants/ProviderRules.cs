using System.Globalization;
using System.Text;
using Router.Core.Messages;

namespace Router.Core.Tenants;

/// <summary>What holds for <see cref="ProviderSettings"/> before they are kept; the kind checks its own <c>settings</c>. Cold.</summary>
public static class ProviderRules
{
    /// <summary>The first thing wrong with <paramref name="settings"/>; null: they are right.</summary>
    public static SettingsFault? Check(ProviderSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return CheckChannels(settings.Channels)
            ?? (settings.Cost is < 0 or > 1_000_000 ? new SettingsFault("cost", string.Create(CultureInfo.InvariantCulture, $"is {settings.Cost}, not 0 to 1000000")) : null)
            ?? (settings.Region is { } region && !SettingsNames.IsName(region) ? new SettingsFault("region", SettingsNames.Predicate) : null)
            ?? SettingsRange.Check("limits.perSecond", settings.Limits.PerSecond, 1, 1_000_000)
            ?? SettingsRange.Check("limits.inFlight", settings.Limits.InFlight, 1, 100_000);
    }

    private static SettingsFault? CheckChannels(IReadOnlyList<string> channels)
    {
        if (channels.Count == 0)
        {
            return new SettingsFault("channels", "is empty: name at least one channel");
        }

        var seen = new HashSet<Channel>();
        for (int i = 0; i < channels.Count; i++)
        {
            if (!WireNames.TryParse(Encoding.UTF8.GetBytes(channels[i]), out Channel channel))
            {
                return new SettingsFault(SettingsRange.At("channels", i), $"is '{SettingsRange.Shown(channels[i])}', not one of {WireNames.ChannelList}");
            }

            if (!seen.Add(channel))
            {
                return new SettingsFault(SettingsRange.At("channels", i), "is there already: leave it out");
            }
        }

        return null;
    }
}
