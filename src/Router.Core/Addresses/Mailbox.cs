using System.Buffers;
using System.Text;

namespace Router.Core.Addresses;

/// <summary>
/// Mailboxes of RFC 5321 §4.1.2, ASCII only (no RFC 6531). Canonical form: domain in lower case; local part with its case kept and, as §4.1.2 says that
/// <c>"ada"@x</c> and <c>ada@x</c> are one mailbox, with as little quoting as it allows, so that an opt-out of the one holds for the other.
/// </summary>
/// <remarks>
/// Hot path. <c>DecodeBenchmark</c>, 0 B. Lengths: local part 64 octets (§4.5.3.1.1), whole 254 (a path of 256 with its brackets, §4.5.3.1.3), which keeps
/// the domain under its 255; a label 63 (RFC 1035 §2.3.4). Refused: address literals, and a last label of digits only, which would be an IP address in disguise (RFC 3696 §2).
/// </remarks>
internal static class Mailbox
{
    /// <summary>Octets of a mailbox at most.</summary>
    public const int BytesMax = 254;

    private const int LocalPartMax = 64;
    private const int LabelMax = 63;

    private static readonly SearchValues<byte> AtomText =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~"u8);

    private static readonly SearchValues<byte> LabelText =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"u8);

    private static readonly SearchValues<byte> DigitsAndDots = SearchValues.Create("0123456789."u8);

    /// <summary>Checks <paramref name="value"/> (not empty) and writes its canonical form, never longer than itself.</summary>
    public static AddressReason Canonicalise(ReadOnlySpan<byte> value, Span<byte> buffer, out int length)
    {
        length = 0;
        if (value.Length > BytesMax)
        {
            return AddressReason.MailboxTooLong;
        }

        if (!Ascii.IsValid(value))
        {
            return AddressReason.MailboxNotAscii;
        }

        int at = value[0] == '"' ? QuotedStringLength(value) : value.IndexOf((byte)'@');
        if (at < 0)
        {
            return value[0] == '"' ? AddressReason.LocalPartMalformed : AddressReason.AtMissing;
        }

        if (at == value.Length || value[at] != '@')
        {
            return AddressReason.AtMissing;
        }

        ReadOnlySpan<byte> local = value[..at];
        if (local.Length > LocalPartMax)
        {
            return AddressReason.LocalPartTooLong;
        }

        AddressReason reason = CheckDomain(value[(at + 1)..]);
        if (reason != AddressReason.None)
        {
            return reason;
        }

        int written;
        if (value[0] == '"')
        {
            written = Unquote(local, buffer);
        }
        else if (IsDotString(local))
        {
            local.CopyTo(buffer);
            written = at;
        }
        else
        {
            return AddressReason.LocalPartMalformed;
        }

        Ascii.ToLower(value[at..], buffer[written..], out int lowered);
        length = written + lowered;
        return AddressReason.None;
    }

    /// <summary>Octets of the quoted string that <paramref name="value"/> begins with, quotes included; -1 when it is none.</summary>
    private static int QuotedStringLength(ReadOnlySpan<byte> value)
    {
        for (int i = 1; i < value.Length; i++)
        {
            byte c = value[i];
            if (c == '"')
            {
                return i + 1;
            }

            if (c == '\\' && ++i < value.Length)
            {
                c = value[i];
            }

            if (c is < 0x20 or > 0x7E)
            {
                return -1;
            }
        }

        return -1;
    }

    /// <summary>Writes a well-formed quoted string without quotes when it is a dot-string, else with backslashes before <c>"</c> and <c>\</c> only.</summary>
    private static int Unquote(ReadOnlySpan<byte> quoted, Span<byte> buffer)
    {
        Span<byte> plain = stackalloc byte[LocalPartMax];
        int length = 0;
        for (int i = 1; i < quoted.Length - 1; i++)
        {
            plain[length++] = quoted[i] == '\\' ? quoted[++i] : quoted[i];
        }

        plain = plain[..length];
        if (IsDotString(plain))
        {
            plain.CopyTo(buffer);
            return length;
        }

        int at = 0;
        buffer[at++] = (byte)'"';
        foreach (byte c in plain)
        {
            if (c is (byte)'"' or (byte)'\\')
            {
                buffer[at++] = (byte)'\\';
            }

            buffer[at++] = c;
        }

        buffer[at++] = (byte)'"';
        return at;
    }

    private static bool IsDotString(ReadOnlySpan<byte> local)
    {
        while (true)
        {
            int atom = local.IndexOfAnyExcept(AtomText);
            if (atom < 0)
            {
                return !local.IsEmpty;
            }

            if (atom == 0 || local[atom] != '.')
            {
                return false;
            }

            local = local[(atom + 1)..];
        }
    }

    private static AddressReason CheckDomain(ReadOnlySpan<byte> domain)
    {
        if (!domain.IsEmpty && domain[0] == '[')
        {
            return AddressReason.DomainIsIp;
        }

        ReadOnlySpan<byte> rest = domain;
        while (true)
        {
            int dot = rest.IndexOf((byte)'.');
            ReadOnlySpan<byte> label = dot < 0 ? rest : rest[..dot];
            if (label.Length is 0 or > LabelMax || label[0] == '-' || label[^1] == '-' || label.ContainsAnyExcept(LabelText))
            {
                return AddressReason.DomainMalformed;
            }

            if (dot < 0)
            {
                return label.ContainsAnyExceptInRange((byte)'0', (byte)'9') ? AddressReason.None
                    : domain.ContainsAnyExcept(DigitsAndDots) ? AddressReason.DomainMalformed : AddressReason.DomainIsIp;
            }

            rest = rest[(dot + 1)..];
        }
    }
}
