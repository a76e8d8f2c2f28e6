namespace Router.LoadTest.Report;

/// <summary>A moment of a run that charts show: a phase begins.</summary>
/// <param name="At">Seconds of the run.</param>
/// <param name="Label">What begins.</param>
/// <param name="Prepares">Whether nothing that counts happens in it: charts begin behind it.</param>
internal sealed record Mark(double At, string Label, bool Prepares = false);
