namespace Router.Storage.Memory;

/// <summary>A set of segments: one bit each from bit 0 of byte 0; null: empty.</summary>
internal static class SegmentBits
{
    /// <summary>The set with <paramref name="segment"/>; <paramref name="bits"/> itself stays as it is.</summary>
    public static byte[] With(byte[]? bits, byte segment)
    {
        byte[] with = new byte[Math.Max(bits?.Length ?? 0, (segment >> 3) + 1)];
        bits?.CopyTo(with, 0);
        with[segment >> 3] |= (byte)(1 << (segment & 7));
        return with;
    }

    /// <summary>The set in as many bytes as <paramref name="segments"/> need; null stays null.</summary>
    public static byte[]? Sized(byte[]? bits, int segments)
    {
        int length = (segments + 7) / 8;
        if (bits is null || bits.Length >= length)
        {
            return bits;
        }

        byte[] sized = new byte[length];
        bits.CopyTo(sized, 0);
        return sized;
    }
}
