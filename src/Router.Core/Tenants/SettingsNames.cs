namespace Router.Core.Tenants;

/// <summary>Names of tenants and providers: they stand in URLs, topics and events.</summary>
public static class SettingsNames
{
    /// <summary>Characters at most: a label of the DNS (RFC 1035 §2.3.4).</summary>
    public const int LengthMax = 63;

    /// <summary>The rule, for people.</summary>
    public const string Rule = "1 to 63 of a-z, 0-9 and -, not beginning with -";

    /// <summary>What is said of a text that breaks it.</summary>
    public const string Predicate = "is not a name: give " + Rule;

    /// <summary>Whether <paramref name="name"/> matches <c>[a-z0-9][a-z0-9-]{0,62}</c>.</summary>
    public static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || name.Length > LengthMax || name[0] == '-')
        {
            return false;
        }

        foreach (char c in name)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>As <see cref="IsName(ReadOnlySpan{char})"/>, of bytes that a tenant sent; 0 B.</summary>
    public static bool IsName(ReadOnlySpan<byte> utf8)
    {
        Span<char> chars = stackalloc char[LengthMax];
        return utf8.Length <= LengthMax && System.Text.Encoding.Latin1.TryGetChars(utf8, chars, out int length) && IsName(chars[..length]);
    }
}
