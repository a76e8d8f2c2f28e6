namespace Router.Core.Messages;

/// <summary>The wire's words of the enumerations: one table each, both ways. No allocation.</summary>
public static class WireNames
{
    private static readonly string[] Channels =
        ["", "sms", "voice", "whatsapp", "messenger", "instagram", "email", "webchat", "webpush", "line", "viber", "telegram", "wechat", "x"];

    private static readonly string[] Purposes = ["otp", "transactional", "service", "marketing"];

    private static readonly string[] Priorities = ["high", "normal", "low"];

    private static readonly string[] Statuses =
        ["", "accepted", "scheduled", "queued", "sending", "sent", "delivered", "read", "undelivered", "expired", "rejected", "cancelled"];

    private static readonly string[] Rejections =
    [
        "", "consent_missing", "opted_out", "suppressed", "restricted", "underage", "no_route", "sender_not_allowed", "region_forbidden",
        "credit_exhausted", "window_closed", "invalid_address", "expired", "blocked_content",
    ];

    /// <summary>All channels' words, for people.</summary>
    public static string ChannelList { get; } = string.Join(", ", Channels[1..]);

    /// <summary>The wire's word.</summary>
    public static string Of(Channel channel) => Channels[(int)channel];

    /// <summary>The wire's word.</summary>
    public static string Of(Purpose purpose) => Purposes[(int)purpose];

    /// <summary>The wire's word.</summary>
    public static string Of(Priority priority) => Priorities[(int)priority];

    /// <summary>The wire's word.</summary>
    public static string Of(MessageStatus status) => Statuses[(int)status];

    /// <summary>The wire's word; empty for <see cref="Reason.None"/>.</summary>
    public static string Of(Reason reason) => reason switch
    {
        <= Reason.BlockedContent => Rejections[(int)reason],
        Reason.Limit => "limit",
        Reason.ProviderDown => "provider_down",
        Reason.Retry => "retry",
        Reason.QuietHours => "quiet_hours",
        Reason.ProviderRefused => "provider_refused",
        Reason.ProviderFailed => "provider_failed",
        Reason.Undeliverable => "undeliverable",
        Reason.OutcomeUnknown => "outcome_unknown",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "not a reason"),
    };

    /// <summary>Finds a channel by its exact word.</summary>
    public static bool TryParse(ReadOnlySpan<byte> word, out Channel channel)
    {
        int at = IndexOf(Channels, word);
        channel = (Channel)Math.Max(at, 0);
        return at > 0;
    }

    /// <summary>Finds a purpose by its exact word.</summary>
    public static bool TryParse(ReadOnlySpan<byte> word, out Purpose purpose)
    {
        int at = IndexOf(Purposes, word);
        purpose = (Purpose)Math.Max(at, 0);
        return at >= 0;
    }

    /// <summary>Finds a priority by its exact word.</summary>
    public static bool TryParse(ReadOnlySpan<byte> word, out Priority priority)
    {
        int at = IndexOf(Priorities, word);
        priority = (Priority)Math.Max(at, 0);
        return at >= 0;
    }

    /// <summary>Finds a status by its exact word.</summary>
    public static bool TryParse(ReadOnlySpan<byte> word, out MessageStatus status)
    {
        int at = IndexOf(Statuses, word);
        status = (MessageStatus)Math.Max(at, 0);
        return at > 0;
    }

    private static int IndexOf(string[] words, ReadOnlySpan<byte> word)
    {
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i].Length == word.Length && System.Text.Ascii.Equals(word, words[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
