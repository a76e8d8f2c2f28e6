namespace Router.Core.Routing;

/// <summary>
/// Which parts of a match a route fixes, as a number that sorts by how specific it is: tenant, then sender, then longest prefix, then purpose
/// (DESIGN §6). 2 × 2 × 7 × 2 = 56 shapes, so the shapes in use fit a word of 64 bits and the lowest bit is the most specific.
/// </summary>
internal static class RouteShape
{
    /// <summary>Shapes from this one on leave the tenant open.</summary>
    public const int TenantWeight = 28;

    private const int SenderWeight = 14;
    private const int DigitWeight = 2;

    /// <summary>The shape's number, 0 (all fixed, six digits) to 55 (nothing fixed).</summary>
    public static int Of(bool tenant, bool sender, int digits, bool purpose) =>
        (tenant ? 0 : TenantWeight) + (sender ? 0 : SenderWeight) + ((DestinationPrefix.DigitsMax - digits) * DigitWeight) + (purpose ? 0 : 1);

    public static bool FixesTenant(int shape) => shape < TenantWeight;

    public static bool FixesSender(int shape) => shape % TenantWeight < SenderWeight;

    public static int Digits(int shape) => DestinationPrefix.DigitsMax - (shape % SenderWeight / DigitWeight);

    public static bool FixesPurpose(int shape) => shape % DigitWeight == 0;
}
