using System.Text.Json;
using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Engine.Sealing;

namespace Router.Testing;

/// <summary>Makes <see cref="ScriptedProvider"/>s for accounts of kind <c>scripted</c> and keeps hold of them. All members may be called from any thread.</summary>
public sealed class ScriptedProviderFactory : IProviderFactory
{
    private readonly Lock sync = new();
    private readonly Action<ScriptedProvider>? prepare;
    private readonly List<ScriptedProvider> made = [];
    private readonly List<IProviderEvents> told = [];

    /// <summary>A factory; <paramref name="prepare"/> sets up each provider before it is handed out (null: by hand, up at once).</summary>
    public ScriptedProviderFactory(Action<ScriptedProvider>? prepare = null) => this.prepare = prepare;

    /// <inheritdoc/>
    public string Kind => "scripted";

    /// <inheritdoc/>
    public bool CarriesMedia => true;

    /// <summary>All made, in order.</summary>
    public IReadOnlyList<ScriptedProvider> Made
    {
        get
        {
            lock (sync)
            {
                return [.. made];
            }
        }
    }

    /// <summary>What each was made to tell its events to, in order.</summary>
    public IReadOnlyList<IProviderEvents> Events
    {
        get
        {
            lock (sync)
            {
                return [.. told];
            }
        }
    }

    /// <summary>The last one made for the account of this name.</summary>
    public ScriptedProvider Find(string name) => Made.Last(p => p.Account.Name == name);

    /// <inheritdoc/>
    public SettingsFault? Validate(string settings)
    {
        try
        {
            using var document = JsonDocument.Parse(settings);
            return document.RootElement.ValueKind == JsonValueKind.Object ? null : new SettingsFault("settings", "is not right: it must be a JSON object");
        }
        catch (JsonException)
        {
            return new SettingsFault("settings", "is not right: it must be a JSON object");
        }
    }

    /// <inheritdoc/>
    public IProvider Create(ProviderAccount account, IProviderEvents events, IKeyedHash hash, TimeProvider time, int seed)
    {
        var provider = new ScriptedProvider(account, events, hash, time, seed);
        prepare?.Invoke(provider);
        lock (sync)
        {
            made.Add(provider);
            told.Add(events);
        }

        return provider;
    }
}
