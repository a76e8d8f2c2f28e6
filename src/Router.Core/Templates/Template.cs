namespace Router.Core.Templates;

/// <summary>A template in a silo's snapshot: as put, and compiled once, when it is first used. Immutable, any thread.</summary>
public sealed class Template
{
    private readonly Lazy<CompiledTemplate?> compiled;

    internal Template(TemplateSettings settings)
    {
        Settings = settings;
        compiled = new Lazy<CompiledTemplate?>(() => CompiledTemplate.TryParse(settings, out CompiledTemplate? made, out _) ? made : null);
    }

    /// <summary>As put.</summary>
    public TemplateSettings Settings { get; }

    /// <summary>Paths of the parameters that a message must have, e.g. <c>order.total</c>, in the order of their use.</summary>
    public IReadOnlyList<string> Parameters => Compiled?.Needed ?? [];

    /// <summary>Null: this version cannot read what an older one took.</summary>
    internal CompiledTemplate? Compiled => compiled.Value;
}
