using System.IO.Hashing;
using System.Text;

namespace Router.Core.Tenants;

/// <summary>
/// A data region (R1.3) as the hot path and the store know it: 32 bits of hash of its name, 0 for none. A name that no provider has is a region in which nobody is.
/// </summary>
public static class RegionTag
{
    /// <summary>The tag of a name's bytes; 0: empty.</summary>
    public static uint Of(ReadOnlySpan<byte> utf8) => utf8.IsEmpty ? 0 : Math.Max(1, XxHash32.HashToUInt32(utf8));

    /// <summary>The tag of a name; 0: null.</summary>
    public static uint Of(string? name) => name is null ? 0 : Of(Encoding.UTF8.GetBytes(name));
}
