using System.Globalization;

namespace Router.Core.Tests;

/// <summary>A new seed each run, printed; <c>ROUTER_FUZZ_SEED</c> repeats one.</summary>
internal static class FuzzSeed
{
    public static Random Start(string what, out int seed)
    {
        string? given = Environment.GetEnvironmentVariable("ROUTER_FUZZ_SEED");
        seed = given is null ? Random.Shared.Next() : int.Parse(given, CultureInfo.InvariantCulture);
        string line = $"{what}: ROUTER_FUZZ_SEED={seed}";
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Console.WriteLine(line);
        return new Random(seed);
    }
}
