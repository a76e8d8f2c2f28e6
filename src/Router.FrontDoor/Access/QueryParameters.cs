namespace Router.FrontDoor.Access;

/// <summary>The query parameters that an endpoint knows, as metadata of its mapping: the description of the API is held to them.</summary>
internal sealed record QueryParameters(IReadOnlyList<string> Names);
