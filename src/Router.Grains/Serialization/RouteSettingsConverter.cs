using System.Text.Json;
using Router.Core.Tenants;

namespace Router.Grains.Serialization;

/// <summary>See <see cref="TenantSettingsJson"/>.</summary>
[GenerateSerializer, Immutable]
internal struct RouteSettingsJson
{
    /// <summary>The settings.</summary>
    [Id(0)]
    public string Json;
}

/// <summary>Lets Orleans carry <see cref="RouteSettings"/>.</summary>
[RegisterConverter]
internal sealed class RouteSettingsConverter : IConverter<RouteSettings, RouteSettingsJson>
{
    /// <inheritdoc/>
    public RouteSettings ConvertFromSurrogate(in RouteSettingsJson surrogate) => JsonSerializer.Deserialize<RouteSettings>(surrogate.Json)!;

    /// <inheritdoc/>
    public RouteSettingsJson ConvertToSurrogate(in RouteSettings value) => new() { Json = JsonSerializer.Serialize(value) };
}
