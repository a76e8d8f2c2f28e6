namespace Router.Core.Routing;

/// <summary>What is wrong with one route.</summary>
/// <param name="Field">Where, as in the JSON of <c>PUT /admin/routes</c>: <c>routes[3].providers[0]</c>.</param>
/// <param name="Detail">The value, what is allowed, and the remedy.</param>
public readonly record struct RouteFault(string Field, string Detail);
