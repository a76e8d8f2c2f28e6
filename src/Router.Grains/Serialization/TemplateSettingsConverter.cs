using System.Text.Json;
using Router.Core.Templates;

namespace Router.Grains.Serialization;

/// <summary>See <see cref="TenantSettingsJson"/>.</summary>
[GenerateSerializer, Immutable]
internal struct TemplateSettingsJson
{
    /// <summary>The settings.</summary>
    [Id(0)]
    public string Json;
}

/// <summary>Lets Orleans carry <see cref="TemplateSettings"/>.</summary>
[RegisterConverter]
internal sealed class TemplateSettingsConverter : IConverter<TemplateSettings, TemplateSettingsJson>
{
    /// <inheritdoc/>
    public TemplateSettings ConvertFromSurrogate(in TemplateSettingsJson surrogate) => JsonSerializer.Deserialize<TemplateSettings>(surrogate.Json)!;

    /// <inheritdoc/>
    public TemplateSettingsJson ConvertToSurrogate(in TemplateSettings value) => new() { Json = JsonSerializer.Serialize(value) };
}
