namespace Router.LoadTest.Load;

/// <summary>To whom messages go: the first of a range again and again in an order without a pattern, or (0) nearly always somebody new.</summary>
/// <param name="count">How many there are; 0: of a billion by chance.</param>
/// <param name="seed">Which by chance.</param>
internal sealed class Contacts(long count, ulong seed = 1)
{
    private const long First = 3_000_000_000;
    private const long All = 1_000_000_000;

    // A prime that divides none of the counts that scenarios have: each contact once before any comes again.
    private const long Step = 611_953;

    /// <summary>The number without its country, ten digits.</summary>
    internal long Of(long message) => First + (count > 0 ? message % count * Step % count : (long)(Mixed((ulong)message + (seed << 40)) % All));

    // SplitMix64: no pattern, no state.
    private static ulong Mixed(ulong value)
    {
        value += 0x9E37_79B9_7F4A_7C15;
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
