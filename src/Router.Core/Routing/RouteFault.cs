namespace Router.Core.Routing;

/// <summary>What is wrong with one route.</summary>
/// <param name="Field">Where, as in the JSON of <c>PUT /admin/routes</c>: <c>routes[3].providers[0]</c>.</param>
/// <param name="Predicate">What is said of it, without a full stop: the value, what is allowed, and the remedy.</param>
public readonly record struct RouteFault(string Field, string Predicate)
{
    /// <summary>Both together: a sentence without its full stop.</summary>
    public string Detail => $"{Field} {Predicate}";
}
