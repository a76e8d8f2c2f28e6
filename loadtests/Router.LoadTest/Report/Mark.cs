namespace Router.LoadTest.Report;

/// <summary>A moment of a run that charts show: a phase begins.</summary>
internal sealed record Mark(double At, string Label);
