using Router.Core.Messages;

namespace Router.Core.Tenants;

/// <summary>A provider account as the hot path needs it: compiled from <see cref="ProviderSettings"/>, immutable.</summary>
public sealed class ProviderAccount
{
    private readonly uint channels;

    /// <summary>Compiles <paramref name="settings"/>; its channels' words are valid already.</summary>
    public ProviderAccount(int number, string name, ProviderSettings settings, bool isDraining = false, bool carriesMedia = false)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Number = number;
        Name = name;
        Settings = settings;
        CarriesMedia = carriesMedia;
        IsDraining = isDraining;
        foreach (string word in settings.Channels)
        {
            if (WireNames.TryParse(System.Text.Encoding.ASCII.GetBytes(word), out Channel channel))
            {
                channels |= 1u << (int)channel;
            }
        }
    }

    /// <summary>The internal number, 1 and up; kept in the log, never used again.</summary>
    public int Number { get; }

    /// <summary>The name in URLs and events.</summary>
    public string Name { get; }

    /// <summary>As set.</summary>
    public ProviderSettings Settings { get; }

    /// <summary>Whether its kind carries media, on the channels that have any.</summary>
    public bool CarriesMedia { get; }

    /// <summary>An operator lets it run empty: nothing new is released to it until it is resumed. No setting, so that a change of settings leaves it as it is.</summary>
    public bool IsDraining { get; }

    /// <summary>Whether it carries <paramref name="channel"/>.</summary>
    public bool Carries(Channel channel) => ((channels >> (int)channel) & 1) != 0;
}
