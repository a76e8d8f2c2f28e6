using System.Buffers;

namespace Router.Core.Messages;

/// <summary>What the fields of media content may hold. The URL is for the platform that fetches it: Router never does.</summary>
/// <remarks>No allocation.</remarks>
internal static class MediaFields
{
    /// <summary>Bytes of a URL at most.</summary>
    public const int UrlBytesMax = 2_048;

    /// <summary>Bytes of a media type at most: two restricted names (RFC 6838 §4.2) and a slash.</summary>
    public const int TypeBytesMax = (2 * RestrictedNameMax) + 1;

    private const int RestrictedNameMax = 127;

    // RFC 3986 §2: unreserved, reserved and %.
    private static readonly SearchValues<byte> UrlBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%"u8);

    private static readonly SearchValues<byte> HostBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"u8);

    private static readonly SearchValues<byte> AddressBytes = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&-^_.+"u8);

    /// <summary>Whether it is an absolute <c>https</c> or <c>http</c> URL with a host and without a user, all of it in RFC 3986's characters.</summary>
    public static bool IsUrl(ReadOnlySpan<byte> url)
    {
        if (url.ContainsAnyExcept(UrlBytes))
        {
            return false;
        }

        int scheme = url.IndexOf("://"u8);
        if (scheme < 0 || !(System.Text.Ascii.EqualsIgnoreCase(url[..scheme], "https"u8) || System.Text.Ascii.EqualsIgnoreCase(url[..scheme], "http"u8)))
        {
            return false;
        }

        ReadOnlySpan<byte> authority = url[(scheme + 3)..];
        int end = authority.IndexOfAny("/?#"u8);
        return IsAuthority(end < 0 ? authority : authority[..end]);
    }

    /// <summary>Whether it is <c>type/subtype</c> of restricted names.</summary>
    public static bool IsType(ReadOnlySpan<byte> type)
    {
        int slash = type.IndexOf((byte)'/');
        return slash > 0 && IsRestrictedName(type[..slash]) && IsRestrictedName(type[(slash + 1)..]);
    }

    private static bool IsAuthority(ReadOnlySpan<byte> authority)
    {
        ReadOnlySpan<byte> port = default;
        ReadOnlySpan<byte> host = authority;
        bool isAddress = !authority.IsEmpty && authority[0] == '[';
        if (isAddress)
        {
            int closed = authority.IndexOf((byte)']');
            if (closed < 0 || (closed + 1 < authority.Length && authority[closed + 1] != ':'))
            {
                return false;
            }

            host = authority[1..closed];
            port = closed + 1 < authority.Length ? authority[(closed + 2)..] : default;
        }
        else if (authority.IndexOf((byte)':') is >= 0 and var colon)
        {
            host = authority[..colon];
            port = authority[(colon + 1)..];
        }

        return !host.IsEmpty && !host.ContainsAnyExcept(isAddress ? AddressBytes : HostBytes) && port.Length <= 5 && !port.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    private static bool IsRestrictedName(ReadOnlySpan<byte> name) =>
        name.Length is > 0 and <= RestrictedNameMax && char.IsAsciiLetterOrDigit((char)name[0]) && !name.ContainsAnyExcept(NameBytes);
}
