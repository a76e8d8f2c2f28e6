namespace Router.Faults;

/// <summary>Makes malformed input of well-formed: seeded, so that what failed can be had again.</summary>
internal sealed class Mutator(int seed, byte[][] templates)
{
    private static readonly byte[][] Interesting =
    [
        "\0"u8.ToArray(), "\""u8.ToArray(), "\\"u8.ToArray(), "\\ud800"u8.ToArray(), "{"u8.ToArray(), "}"u8.ToArray(), "[[[[[[[["u8.ToArray(), "{\"a\":{\"a\":{\"a\":"u8.ToArray(), "1e999"u8.ToArray(),
        "-0"u8.ToArray(), "99999999999999999999"u8.ToArray(), "\r\n\r\n"u8.ToArray(), "null"u8.ToArray(), "{{ x | date }}"u8.ToArray(), [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
        [0x7F, 0xFF, 0xFF, 0xFF], [0, 0, 0, 16], [0xFF, 0xFF, 0xFF, 0xFF], new byte[300],
    ];

    private readonly Random random = new(seed);
    private readonly byte[] room = new byte[70_000];

    public Random Random => random;

    /// <summary>The next one; valid until the next call.</summary>
    public ReadOnlySpan<byte> Next()
    {
        byte[] template = templates[random.Next(templates.Length)];
        template.CopyTo(room, 0);
        int length = template.Length;
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            length = Change(length);
        }

        return room.AsSpan(0, length);
    }

    private int Change(int length)
    {
        int at = random.Next(length + 1);
        switch (random.Next(7))
        {
            case 0 when at < length: // a bit
                room[at] ^= (byte)(1 << random.Next(8));
                return length;
            case 1 when at < length: // a byte
                room[at] = (byte)random.Next(256);
                return length;
            case 2: // the end is missing
                return at;
            case 3 when at < length: // a part is missing
                int gone = Math.Min(random.Next(1, 20), length - at);
                Array.Copy(room, at + gone, room, at, length - at - gone);
                return length - gone;
            case 4: // a part comes twice
                int part = Math.Min(random.Next(1, 40), length - at);
                return Insert(room.AsSpan(at, part).ToArray(), at, length);
            case 5: // what parsers trip over
                return Insert(Interesting[random.Next(Interesting.Length)], at, length);
            default: // a part of another
                byte[] other = templates[random.Next(templates.Length)];
                int from = random.Next(other.Length);
                return Insert(other.AsSpan(from, Math.Min(random.Next(1, 40), other.Length - from)).ToArray(), at, length);
        }
    }

    private int Insert(byte[] bytes, int at, int length)
    {
        if (length + bytes.Length > room.Length)
        {
            return length;
        }

        Array.Copy(room, at, room, at + bytes.Length, length - at);
        bytes.CopyTo(room, at);
        return length + bytes.Length;
    }
}
