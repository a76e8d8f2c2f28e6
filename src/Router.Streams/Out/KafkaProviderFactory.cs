using System.Text.Json;
using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Engine.Sealing;

namespace Router.Streams.Out;

/// <summary>Makes <see cref="KafkaProvider"/>s: <c>kind:"kafka"</c>, a channel gateway of the operator's own behind topics. It has no settings.</summary>
internal sealed class KafkaProviderFactory(DepartureProducer producer) : IProviderFactory
{
    /// <inheritdoc/>
    public string Kind => "kafka";

    /// <inheritdoc/>
    public bool CarriesMedia => true;

    /// <inheritdoc/>
    public SettingsFault? Validate(string settings)
    {
        using JsonDocument document = JsonDocument.Parse(settings);
        foreach (JsonProperty unknown in document.RootElement.EnumerateObject())
        {
            return new SettingsFault($"settings.{unknown.Name}", "is not a setting of kind kafka, which has none: leave it out");
        }

        return null;
    }

    /// <inheritdoc/>
    public IProvider Create(ProviderAccount account, IProviderEvents events, IKeyedHash hash, TimeProvider time, int seed) => new KafkaProvider(account, events, hash, time, producer);
}
