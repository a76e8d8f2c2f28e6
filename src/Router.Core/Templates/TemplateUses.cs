using Fluid.Ast;
using Fluid.Ast.BinaryExpressions;

namespace Router.Core.Templates;

/// <summary>
/// Walks through a template: which parameters a message must have, and what of Liquid is refused. A parameter may be missing where the template says what to do then: it gives a
/// <c>default</c> at that place, or asks for it by itself in an <c>if</c>, <c>elsif</c> or <c>unless</c> anywhere. Cold.
/// </summary>
internal sealed class TemplateUses : AstVisitor
{
    private readonly List<string> used = [];
    private readonly HashSet<string> asked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> own = new(StringComparer.Ordinal);
    private int optional;

    /// <summary>What is refused; null: nothing.</summary>
    public string? Fault { get; private set; }

    /// <summary>Paths that a message must have, each once, in the order of use.</summary>
    public IReadOnlyList<string> Needed => [.. used.Where(path => !asked.Contains(path)).Distinct(StringComparer.Ordinal)];

    /// <inheritdoc/>
    protected override Expression VisitRangeExpression(RangeExpression rangeExpression)
    {
        Fault ??= "has a range (1..n): go through a list of the parameters";
        return rangeExpression;
    }

    /// <inheritdoc/>
    protected override Expression VisitFilterExpression(FilterExpression filterExpression)
    {
        if (!TemplateFilters.IsKnown(filterExpression.Name))
        {
            Fault ??= $"has an unknown filter {Cut(filterExpression.Name)}: filters are {TemplateFilters.Names}";
        }

        bool isDefault = filterExpression.Name == "default";
        optional += isDefault ? 1 : 0;
        Visit(filterExpression.Input);
        optional -= isDefault ? 1 : 0;
        foreach (FilterArgument argument in filterExpression.Parameters)
        {
            Visit(argument.Expression);
        }

        return filterExpression;
    }

    /// <inheritdoc/>
    protected override Expression VisitMemberExpression(MemberExpression memberExpression)
    {
        var path = new List<string>();
        bool named = true;
        foreach (MemberSegment segment in memberExpression.Segments)
        {
            if (named && segment is IdentifierSegment identifier)
            {
                path.Add(identifier.Identifier);
            }
            else
            {
                named = false;
            }

            if (segment is IndexerSegment indexer)
            {
                Visit(indexer.Expression);
            }
        }

        if (path.Count > 0 && !own.ContainsKey(path[0]) && optional == 0)
        {
            used.Add(string.Join('.', path));
        }

        return memberExpression;
    }

    /// <inheritdoc/>
    protected override Statement VisitAssignStatement(AssignStatement assignStatement)
    {
        Visit(assignStatement.Value);
        own[assignStatement.Identifier] = 1 + own.GetValueOrDefault(assignStatement.Identifier);
        return assignStatement;
    }

    /// <inheritdoc/>
    protected override Statement VisitForStatement(ForStatement forStatement)
    {
        Visit(forStatement.Source);
        Visit(forStatement.Limit);
        Visit(forStatement.Offset);
        Enter(forStatement.Identifier);
        Enter("forloop");
        VisitAll(forStatement.Statements);
        Leave("forloop");
        Leave(forStatement.Identifier);
        Visit(forStatement.Else);
        return forStatement;
    }

    /// <inheritdoc/>
    protected override Statement VisitIfStatement(IfStatement ifStatement)
    {
        Ask(ifStatement.Condition);
        VisitAll(ifStatement.Statements);
        VisitAll(ifStatement.ElseIfs);
        Visit(ifStatement.Else);
        return ifStatement;
    }

    /// <inheritdoc/>
    protected override Statement VisitElseIfStatement(ElseIfStatement elseIfStatement)
    {
        Ask(elseIfStatement.Condition);
        VisitAll(elseIfStatement.Statements);
        return elseIfStatement;
    }

    /// <inheritdoc/>
    protected override Statement VisitUnlessStatement(UnlessStatement unlessStatement)
    {
        Ask(unlessStatement.Condition);
        VisitAll(unlessStatement.Statements);
        Visit(unlessStatement.Else);
        return unlessStatement;
    }

    private void VisitAll(IEnumerable<Statement> statements)
    {
        foreach (Statement statement in statements)
        {
            Visit(statement);
        }
    }

    private void Ask(Expression condition)
    {
        switch (condition)
        {
            case MemberExpression member:
                asked.Add(string.Join('.', member.Segments.OfType<IdentifierSegment>().Select(static s => s.Identifier)));
                optional++;
                Visit(condition);
                optional--;
                break;
            case AndBinaryExpression and:
                Ask(and.Left);
                Ask(and.Right);
                break;
            case OrBinaryExpression or:
                Ask(or.Left);
                Ask(or.Right);
                break;
            default:
                Visit(condition);
                break;
        }
    }

    private void Enter(string name) => own[name] = 1 + own.GetValueOrDefault(name);

    private void Leave(string name)
    {
        if (--own[name] == 0)
        {
            own.Remove(name);
        }
    }

    private static string Cut(string name) => name.Length <= 40 ? name : name[..40] + "…";
}
