namespace Router.LoadTest.Report;

/// <summary>One number of a run, for people and for <c>--compare</c>.</summary>
internal sealed record Figure(string Name, double Value, string Unit);
