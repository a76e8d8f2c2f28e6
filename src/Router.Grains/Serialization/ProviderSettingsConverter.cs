using System.Text.Json;
using Router.Core.Tenants;

namespace Router.Grains.Serialization;

/// <summary>See <see cref="TenantSettingsJson"/>; a type of its own because Orleans allows one converter a surrogate.</summary>
[GenerateSerializer, Immutable]
internal struct ProviderSettingsJson
{
    /// <summary>The settings.</summary>
    [Id(0)]
    public string Json;
}

/// <summary>Lets Orleans carry <see cref="ProviderSettings"/>.</summary>
[RegisterConverter]
internal sealed class ProviderSettingsConverter : IConverter<ProviderSettings, ProviderSettingsJson>
{
    /// <inheritdoc/>
    public ProviderSettings ConvertFromSurrogate(in ProviderSettingsJson surrogate) => JsonSerializer.Deserialize<ProviderSettings>(surrogate.Json)!;

    /// <inheritdoc/>
    public ProviderSettingsJson ConvertToSurrogate(in ProviderSettings value) => new() { Json = JsonSerializer.Serialize(value) };
}
