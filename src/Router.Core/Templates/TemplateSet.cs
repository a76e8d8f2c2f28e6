using System.Text;
using Router.Core.Messages;

namespace Router.Core.Templates;

/// <summary>A tenant's templates in a silo's snapshot, and the way from a message of type template to its text. Immutable, any thread.</summary>
public sealed class TemplateSet
{
    private readonly Dictionary<(string Name, string Language), Template> templates;

    private TemplateSet(Dictionary<(string Name, string Language), Template> templates) => this.templates = templates;

    /// <summary>No templates.</summary>
    public static TemplateSet Empty { get; } = new([]);

    /// <summary>All of them, by name, then language.</summary>
    public IEnumerable<Template> All => templates.OrderBy(static t => t.Key.Name, StringComparer.Ordinal).ThenBy(static t => t.Key.Language, StringComparer.Ordinal).Select(static t => t.Value);

    /// <summary>Makes the set; what <paramref name="before"/> has unchanged keeps its compiled template.</summary>
    public static TemplateSet Of(IReadOnlyCollection<TemplateSettings> settings, TemplateSet before)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(before);
        if (settings.Count == 0)
        {
            return Empty;
        }

        Dictionary<(string, string), Template> next = new(settings.Count);
        foreach (TemplateSettings one in settings)
        {
            next[(one.Name, one.Language)] = before.templates.TryGetValue((one.Name, one.Language), out Template? known) && known.Settings == one ? known : new Template(one);
        }

        return new TemplateSet(next);
    }

    /// <summary>The template of exactly this name and canonical language, or null.</summary>
    public Template? Find(string name, string language) => templates.GetValueOrDefault((name, language));

    /// <summary>Renders a message of type template as the tenant's template stands now, and sets its text and segments. What a change of the template brings later does not reach it.</summary>
    /// <remarks>Not for the hot path's budget: a template costs some microseconds and garbage. Bounded in steps, work and output (<see cref="RenderContext"/>).</remarks>
    /// <param name="message">Decoded, of type template.</param>
    /// <param name="nowMs">Unix ms: what the template's <c>now</c> is.</param>
    /// <param name="problem">Why it is refused.</param>
    public bool TryRender(ref MessageBody message, long nowMs, out BodyProblem problem)
    {
        string name = Encoding.UTF8.GetString(message.TemplateName);
        string tag = Encoding.UTF8.GetString(message.TemplateLanguage);
        if (!LanguageTag.TryCanonical(tag, out string language))
        {
            problem = new BodyProblem(BodyProblemCode.InvalidValue, BodyField.ContentLanguage, LanguageTag.Rule);
            return false;
        }

        Template? template = Find(name, language) ?? Find(name, LanguageTag.Primary(language));
        if (template is null)
        {
            problem = Unknown(name);
            return false;
        }

        if (template.Compiled is not { } compiled)
        {
            problem = new BodyProblem(BodyProblemCode.InvalidValue, BodyField.ContentName, "names a template that this version cannot read: put it again");
            return false;
        }

        return compiled.TryRender(ref message, nowMs, out problem);
    }

    private BodyProblem Unknown(string name)
    {
        string[] languages = [.. templates.Keys.Where(t => t.Name == name).Select(static t => t.Language).Order(StringComparer.Ordinal)];
        return languages.Length == 0
            ? new BodyProblem(BodyProblemCode.UnknownTemplate, BodyField.ContentName, "is not the name of a template: put it first, or see GET /v1/templates")
            : new BodyProblem(BodyProblemCode.UnknownTemplate, BodyField.ContentLanguage, $"is not a language of this template: there {(languages.Length == 1 ? "is" : "are")} {string.Join(", ", languages)}");
    }
}
