using Router.Core.Tenants;

namespace Router.Core.Templates;

/// <summary>What holds for templates before they are kept. Cold.</summary>
public static class TemplateRules
{
    /// <summary>Templates of a tenant at most, each language counted.</summary>
    public const int CountMax = 200;

    /// <summary>Characters (UTF-16) of a text at most.</summary>
    public const int TextCharactersMax = 4_096;

    /// <summary>Characters (UTF-16) of all texts of a tenant at most: they are part of the snapshot that every silo holds.</summary>
    public const int AllCharactersMax = 256 * 1024;

    /// <summary>The first thing wrong with one; null: it is right, it parses, and <see cref="TemplateSettings.Language"/> is canonical.</summary>
    public static SettingsFault? Check(TemplateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (!SettingsNames.IsName(settings.Name))
        {
            return new SettingsFault("name", SettingsNames.Predicate);
        }

        if (!LanguageTag.TryCanonical(settings.Language, out string canonical) || canonical != settings.Language)
        {
            return new SettingsFault("language", LanguageTag.Rule);
        }

        if (settings.Text.Length is 0 or > TextCharactersMax)
        {
            return new SettingsFault("text", $"has {settings.Text.Length} characters: it has 1 to {TextCharactersMax}");
        }

        if (settings.Text.Contains('\0', StringComparison.Ordinal))
        {
            return new SettingsFault("text", "has a NUL character: remove it");
        }

        return CompiledTemplate.TryParse(settings, out _, out string fault) ? null : new SettingsFault("text", fault);
    }

    /// <summary>What is wrong with putting <paramref name="next"/> beside <paramref name="others"/>, which holds no other of its name and language; null: there is room.</summary>
    public static SettingsFault? CheckRoom(IEnumerable<TemplateSettings> others, TemplateSettings next)
    {
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(next);
        int count = 1;
        int characters = next.Text.Length;
        foreach (TemplateSettings other in others)
        {
            count++;
            characters += other.Text.Length;
        }

        return count > CountMax ? new SettingsFault("name", $"would be the {count}th template: a tenant has at most {CountMax}; delete some first")
            : characters > AllCharactersMax ? new SettingsFault("text", $"makes {characters} characters of all templates: a tenant has at most {AllCharactersMax}; delete some first")
            : null;
    }
}
