namespace Router.FrontDoor.Access;

/// <summary>What was said of an endpoint when it was mapped, kept with the route: the suites of the tests, and whoever describes the API, find all endpoints by it.</summary>
/// <param name="Method">The one HTTP method.</param>
/// <param name="Pattern">The path's template.</param>
/// <param name="Permission">What it asks of the key.</param>
/// <param name="Parameters">The query parameters it knows.</param>
internal sealed record EndpointRule(string Method, string Pattern, Permission Permission, string[] Parameters);
