namespace Router.Core.Addresses;

/// <summary>Why <c>channel:value</c> is not an address. <see cref="AddressReasons.Detail"/> names the remedy.</summary>
public enum AddressReason : byte
{
    /// <summary>It is an address.</summary>
    None = 0,

    /// <summary>No colon.</summary>
    ChannelMissing,

    /// <summary>The word before the colon is not a channel's.</summary>
    ChannelUnknown,

    /// <summary>Nothing after the colon.</summary>
    ValueMissing,

    /// <summary>E.164: does not begin with <c>+</c>.</summary>
    PlusMissing,

    /// <summary>E.164: something else than a digit after the <c>+</c>, separators included.</summary>
    NotADigit,

    /// <summary>E.164: the country code begins with 0.</summary>
    LeadingZero,

    /// <summary>E.164: fewer than 7 digits.</summary>
    TooFewDigits,

    /// <summary>E.164: more than 15 digits.</summary>
    TooManyDigits,

    /// <summary>E-mail: no <c>@</c> after the local part.</summary>
    AtMissing,

    /// <summary>E-mail: the local part is neither a dot-string nor a quoted string.</summary>
    LocalPartMalformed,

    /// <summary>E-mail: local part over 64 octets.</summary>
    LocalPartTooLong,

    /// <summary>E-mail: the domain is not labels of letters, digits and hyphens.</summary>
    DomainMalformed,

    /// <summary>E-mail: an IP address in place of a domain.</summary>
    DomainIsIp,

    /// <summary>E-mail: over 254 octets.</summary>
    MailboxTooLong,

    /// <summary>E-mail: characters outside ASCII.</summary>
    MailboxNotAscii,

    /// <summary>Other channels: over 128 bytes.</summary>
    IdTooLong,

    /// <summary>Other channels: a space, a control character or a byte outside ASCII.</summary>
    IdNotPrintable,
}

/// <summary>What a person reads about an <see cref="AddressReason"/>. Never holds the address.</summary>
public static class AddressReasons
{
    private static readonly string[] Details =
    [
        "",
        "has no channel: write channel:value, for example sms:+393331234567",
        "names no channel: the word before the colon is one of sms, voice, whatsapp, messenger, instagram, email, webchat, webpush, line, viber, telegram, wechat, x, in lower case",
        "has nothing after the colon: write channel:value, for example sms:+393331234567",
        "must be a number in E.164: begin with + and the country code, for example sms:+393331234567",
        "must be a number in E.164: after + only the digits 0 to 9; remove spaces, hyphens, dots and brackets",
        "must be a number in E.164: the country code after + begins with 1 to 9; remove the zeros",
        "has too few digits: 7 to 15 after +, country code included",
        "has too many digits: 7 to 15 after +, country code included; leave extensions out",
        "must be a mailbox (RFC 5321): local part, @ and domain, for example email:ada@example.com",
        "has a local part that RFC 5321 does not allow: letters, digits and !#$%&'*+-/=?^_`{|}~ with single dots between, or a quoted string",
        "has a local part that is too long: at most 64 octets before @",
        "has a domain that RFC 5321 does not allow: labels of 1 to 63 letters, digits and inner hyphens with single dots between, the last not all digits",
        "has an IP address in place of a domain: use the domain's name",
        "is too long: a mailbox has at most 254 octets",
        "has characters outside ASCII: write the domain in its xn-- form; other local parts are not supported",
        "is too long: an id on this channel has 1 to 128 bytes",
        "has a space, a control character or a character outside ASCII: ids on this channel are printable ASCII",
    ];

    /// <summary>One phrase that goes on after the field's name: what is wrong, what is allowed and the remedy; empty for <see cref="AddressReason.None"/>. Static: 0 B.</summary>
    public static string Detail(AddressReason reason) => Details[(int)reason];
}
