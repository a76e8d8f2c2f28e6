using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Router.FrontDoor.Accepting;

/// <summary>The <c>Prefer</c> header (RFC 7240): only <c>wait</c> is looked for. What is not understood is passed over, as §2 asks.</summary>
internal static class PreferHeader
{
    /// <summary>Seconds waited at most.</summary>
    internal const int WaitSecondsMax = 30;

    /// <summary>Seconds to wait, 1 to <see cref="WaitSecondsMax"/>; more is taken for that. 0: no wish to wait.</summary>
    internal static int WaitSeconds(HttpRequest request)
    {
        if (!request.Headers.TryGetValue("Prefer", out Microsoft.Extensions.Primitives.StringValues values))
        {
            return 0;
        }

        foreach (string? value in values)
        {
            ReadOnlySpan<char> rest = value;
            while (!rest.IsEmpty)
            {
                // The first that is named wait counts (§2), whether it can be read or not.
                if (IsWait(Next(ref rest), out int seconds))
                {
                    return seconds;
                }
            }
        }

        return 0;
    }

    // Up to the next comma outside a quoted string.
    private static ReadOnlySpan<char> Next(ref ReadOnlySpan<char> rest)
    {
        bool quoted = false;
        int end = 0;
        for (; end < rest.Length && (quoted || rest[end] != ','); end++)
        {
            if (quoted && rest[end] == '\\')
            {
                end++;
            }
            else if (rest[end] == '"')
            {
                quoted = !quoted;
            }
        }

        ReadOnlySpan<char> next = rest[..Math.Min(end, rest.Length)];
        rest = end < rest.Length ? rest[(end + 1)..] : default;
        return next;
    }

    private static bool IsWait(ReadOnlySpan<char> preference, out int seconds)
    {
        seconds = 0;
        int semicolon = preference.IndexOf(';');
        ReadOnlySpan<char> pair = semicolon < 0 ? preference : preference[..semicolon];
        int equals = pair.IndexOf('=');
        ReadOnlySpan<char> name = equals < 0 ? pair : pair[..equals];
        if (!name.Trim().Equals("wait", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        ReadOnlySpan<char> value = equals < 0 ? default : pair[(equals + 1)..].Trim();
        if (value.Length >= 2 && value[0] == '"' && value[^1] == '"')
        {
            value = value[1..^1];
        }

        // Too many digits for a number are still many seconds.
        if (!value.IsEmpty && !value.ContainsAnyExceptInRange('0', '9'))
        {
            seconds = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed) ? Math.Min(parsed, WaitSecondsMax) : WaitSecondsMax;
        }

        return true;
    }
}
