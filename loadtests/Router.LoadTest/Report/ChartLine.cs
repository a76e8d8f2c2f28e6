namespace Router.LoadTest.Report;

/// <summary>One line of a chart.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Colour">Its number among the style sheet's colours.</param>
/// <param name="Xs">In order.</param>
/// <param name="Ys">As many.</param>
/// <param name="IsEarlier">Whether it is of the run that this one is compared with.</param>
internal sealed record ChartLine(string Name, int Colour, IReadOnlyList<double> Xs, IReadOnlyList<double> Ys, bool IsEarlier = false);
