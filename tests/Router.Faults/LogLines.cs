using System.Text.RegularExpressions;
using Router.Testing.Processes;

namespace Router.Faults;

/// <summary>What the host has logged: a fault is told in one line, not in one a message or try.</summary>
internal static partial class LogLines
{
    /// <summary>No warning or error came more than <paramref name="times"/> times but for its numbers.</summary>
    public static void AreFew(RouterProcess router, ITestOutputHelper output, int times = 1)
    {
        var kinds = router.Lines.Where(static l => Wrong().IsMatch(l)).GroupBy(static l => Changing().Replace(Time().Replace(l, ""), "#")).ToArray();
        foreach (var kind in kinds)
        {
            output.WriteLine($"{kind.Count()} × {kind.First()}");
        }

        Assert.All(kinds, kind => Assert.True(kind.Count() <= times, $"{kind.Count()} × {kind.Key}"));
    }

    [GeneratedRegex("(warn|fail|crit): ")]
    private static partial Regex Wrong();

    [GeneratedRegex(@"^\S+Z ")]
    private static partial Regex Time();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Changing();
}
