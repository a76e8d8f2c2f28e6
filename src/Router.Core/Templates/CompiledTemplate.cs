using System.Globalization;
using System.Text;
using Fluid;
using Fluid.Values;
using Router.Core.Messages;

namespace Router.Core.Templates;

/// <summary>A parsed template. Immutable, any thread.</summary>
internal sealed class CompiledTemplate
{
    private readonly IFluidTemplate template;
    private readonly CultureInfo culture;
    private readonly string[][] neededPaths;

    private CompiledTemplate(IFluidTemplate template, CultureInfo culture, IReadOnlyList<string> needed)
    {
        this.template = template;
        this.culture = culture;
        Needed = needed;
        neededPaths = [.. needed.Select(static path => path.Split('.'))];
    }

    /// <summary>Paths of the parameters that a message must have.</summary>
    public IReadOnlyList<string> Needed { get; }

    /// <summary>Parses; false: <paramref name="fault"/> says where and why, after the field's name.</summary>
    public static bool TryParse(TemplateSettings settings, out CompiledTemplate? made, out string fault)
    {
        made = null;
        if (!TemplateSyntax.TryParse(settings.Text, out IFluidTemplate? parsed, out fault))
        {
            return false;
        }

        var uses = new TemplateUses();
        uses.VisitTemplate(parsed!);
        if (uses.Fault is not null)
        {
            fault = uses.Fault;
            return false;
        }

        made = new CompiledTemplate(parsed!, LanguageNumbers.Of(settings.Language), uses.Needed);
        return true;
    }

    /// <summary>See <see cref="TemplateSet.TryRender"/>.</summary>
    public bool TryRender(ref MessageBody message, long nowMs, out BodyProblem problem)
    {
        Dictionary<string, FluidValue> parameters = new(StringComparer.Ordinal);
        if (!TemplateParameters.TryRead(message.TemplateParameters, parameters, out problem) || !HasAll(parameters, out problem))
        {
            return false;
        }

        var context = new RenderContext(culture, nowMs, parameters);
        using var output = new RenderOutput();
        try
        {
            ValueTask rendering = template.RenderAsync(output, NullEncoder.Default, context);
            if (!rendering.IsCompleted)
            {
                // Nothing in it waits: no filter, value or output here is asynchronous.
                throw new InvalidOperationException("a template waits for something");
            }

            rendering.GetAwaiter().GetResult();
        }
        catch (TemplateLimitException limit)
        {
            problem = Refused(limit.Message);
            return false;
        }
        catch (Exception fault) when (fault is not (OutOfMemoryException or NullReferenceException))
        {
            // A division by zero, a date that is none, too many steps: whatever a tenant's template runs into with these parameters refuses this one message. What it says may hold content.
            problem = Refused("cannot be rendered with these parameters: it divides by zero, converts what cannot be converted, or takes more than 10,000 steps");
            return false;
        }

        byte[] text = Encoding.UTF8.GetBytes(output.Written.ToArray());
        if (text.Length is 0 or > MessageRecord.TextBytesMax)
        {
            problem = Refused(text.Length == 0 ? "renders to nothing with these parameters" : TemplateLimitException.TooLong);
            return false;
        }

        if (!message.TrySetText(text))
        {
            problem = Refused("renders to a text that " + BodyReader.TooManySegments);
            return false;
        }

        problem = default;
        return true;
    }

    private static BodyProblem Refused(string phrase) => new(BodyProblemCode.InvalidValue, BodyField.ContentParameters, "the template " + phrase);

    private bool HasAll(Dictionary<string, FluidValue> parameters, out BodyProblem problem)
    {
        List<string>? missing = null;
        for (int i = 0; i < neededPaths.Length; i++)
        {
            if (!Has(parameters, neededPaths[i]))
            {
                (missing ??= []).Add(Needed[i]);
            }
        }

        if (missing is null)
        {
            problem = default;
            return true;
        }

        string others = missing.Count == 1 ? "" : "; so are " + string.Join(", ", missing.Skip(1));
        problem = new BodyProblem(BodyProblemCode.MissingParameter, BodyField.ContentParameters, "content.parameters." + missing[0], "is missing, which the template needs" + others);
        return false;
    }

    private static bool Has(Dictionary<string, FluidValue> parameters, string[] path)
    {
        if (!parameters.TryGetValue(path[0], out FluidValue? value) || value.IsNil())
        {
            return false;
        }

        // Beyond objects, names are Liquid's own (size, first, last).
        for (int i = 1; i < path.Length && value is DictionaryValue; i++)
        {
            if (!((IFluidIndexable)value.ToObjectValue()).TryGetValue(path[i], out value!) || value.IsNil())
            {
                return i == path.Length - 1 && path[i] == "size";
            }
        }

        return true;
    }
}
