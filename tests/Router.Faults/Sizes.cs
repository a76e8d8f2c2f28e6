using System.Globalization;

namespace Router.Faults;

/// <summary>How much a test does: a share in CI, all of it where the environment asks.</summary>
internal static class Sizes
{
    public static int Of(string variable, int inCi) => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int asked) ? asked : inCi;
}
