namespace Router.Core.Templates;

/// <summary>A template as its tenant put it (<c>PUT /v1/templates/{name}/{language}</c>, DESIGN §6). Persisted as JSON.</summary>
/// <param name="Name">A name as <see cref="Tenants.SettingsNames"/> has it.</param>
/// <param name="Language">A canonical <see cref="LanguageTag"/>.</param>
/// <param name="Text">Liquid, 1 to <see cref="TemplateRules.TextCharactersMax"/> characters; one text for every channel.</param>
public sealed record TemplateSettings(string Name, string Language, string Text)
{
    /// <summary>Name and language only: the text is content.</summary>
    public override string ToString() => $"{Name}/{Language}";
}
