namespace Router.Core.Routing;

/// <summary>
/// What a route matches, in 16 bytes. What it leaves open is zero and its shape says so: tenant numbers start at 1, a prefix carries its length.
/// </summary>
/// <param name="High">32 bits tenant · 32 bits sender's tag.</param>
/// <param name="Low">8 bits shape · 8 bits channel · 8 bits purpose · 24 bits prefix.</param>
internal readonly record struct RouteKey(ulong High, ulong Low)
{
    public static RouteKey Of(byte channel, int shape, uint tenant, uint senderTag, uint prefix, byte purpose) => new(
        ((ulong)tenant << 32) | senderTag,
        ((ulong)(uint)shape << 40) | ((ulong)channel << 32) | ((ulong)purpose << 24) | prefix);

    /// <summary>Multiplies by odd 64-bit constants (splitmix64's): cheaper than the seeded hash of a record, and keys come from an operator, not from an attacker.</summary>
    public override int GetHashCode()
    {
        ulong mixed = (High * 0xBF58_476D_1CE4_E5B9) ^ (Low * 0x94D0_49BB_1331_11EB);
        return (int)((mixed ^ (mixed >> 29)) >> 16);
    }
}
