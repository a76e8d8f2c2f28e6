namespace Router.LoadTest.Load;

/// <summary>
/// What each message carries in its text, so that whoever gets it knows which it is and when it was to be sent: <c>T</c>, flow (1 digit), number (8), intended time (16), all hexadecimal.
/// Letters and digits only: they are the same in every alphabet of SMS.
/// </summary>
internal readonly record struct Stamp(int Flow, uint Number, long Intended)
{
    /// <summary>Bytes of it.</summary>
    internal const int Length = 26;

    internal static void Write(ref Utf8Cursor to, int flow, in Ticket ticket)
    {
        to.Add("T"u8);
        to.AddHex(flow, 1);
        to.AddHex(ticket.Number, 8);
        to.AddHex(ticket.Intended, 16);
    }

    /// <summary>Reads it from the beginning of a text; false: the text has none.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> text, out Stamp stamp)
    {
        stamp = default;
        if (text.Length < Length || text[0] != (byte)'T' || !TryHex(text.Slice(1, 1), out ulong flow) || !TryHex(text.Slice(2, 8), out ulong number) || !TryHex(text.Slice(10, 16), out ulong intended))
        {
            return false;
        }

        stamp = new Stamp((int)flow, (uint)number, (long)intended);
        return true;
    }

    internal static bool TryHex(ReadOnlySpan<byte> digits, out ulong value)
    {
        value = 0;
        foreach (byte digit in digits)
        {
            int nibble = digit is >= (byte)'0' and <= (byte)'9' ? digit - '0' : digit is >= (byte)'a' and <= (byte)'f' ? digit - 'a' + 10 : -1;
            if (nibble < 0)
            {
                return false;
            }

            value = (value << 4) | (uint)nibble;
        }

        return true;
    }
}
