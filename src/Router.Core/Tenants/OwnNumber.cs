using System.Text;

namespace Router.Core.Tenants;

/// <summary>
/// How own numbers are compared: a number with and without its plus is one (carriers say it either way), case does not matter (mailboxes, sender ids). Cold.
/// </summary>
public static class OwnNumber
{
    /// <summary>The form in which two spellings are the same.</summary>
    public static string KeyOf(string sender)
    {
        ArgumentNullException.ThrowIfNull(sender);
        string trimmed = sender.Trim();
        ReadOnlySpan<char> digits = trimmed.AsSpan(trimmed.StartsWith('+') ? 1 : 0);
        return !digits.IsEmpty && !digits.ContainsAnyExceptInRange('0', '9') ? digits.ToString() : trimmed.ToUpperInvariant();
    }

    /// <summary>The same of UTF-8.</summary>
    public static string KeyOf(ReadOnlySpan<byte> utf8) => KeyOf(Encoding.UTF8.GetString(utf8));
}
