using System.Text.Json;
using Router.Core.Tenants;

namespace Router.Grains.Serialization;

/// <summary>Settings between silos: as JSON, the form in which they are kept too, so that there is one form to keep compatible. Cold.</summary>
[GenerateSerializer, Immutable]
internal struct TenantSettingsJson
{
    /// <summary>The settings.</summary>
    [Id(0)]
    public string Json;
}

/// <summary>Lets Orleans carry <see cref="TenantSettings"/>, a type of the rules that knows no Orleans.</summary>
[RegisterConverter]
internal sealed class TenantSettingsConverter : IConverter<TenantSettings, TenantSettingsJson>
{
    /// <inheritdoc/>
    public TenantSettings ConvertFromSurrogate(in TenantSettingsJson surrogate) => JsonSerializer.Deserialize<TenantSettings>(surrogate.Json)!;

    /// <inheritdoc/>
    public TenantSettingsJson ConvertToSurrogate(in TenantSettings value) => new() { Json = JsonSerializer.Serialize(value) };
}
