namespace Router.Core.Tenants;

/// <summary>Money in millionths of the operator's unit: exact under concurrency, no rounding in sums (R3.5).</summary>
public static class Money
{
    /// <summary>Millionths of a unit.</summary>
    public const long Unit = 1_000_000;

    /// <summary>Largest balance or top-up, in units.</summary>
    public const decimal Max = 1_000_000_000;

    /// <summary>Units as millionths; exact, as settings have six decimals at most.</summary>
    public static long Of(decimal units) => (long)(units * Unit);

    /// <summary>Millionths as units.</summary>
    public static decimal ToUnits(long millionths) => millionths / (decimal)Unit;
}
