using System.Globalization;
using System.Text;
using Router.Core.Inbound;
using Router.Core.Messages;
using Router.Core.Times;

namespace Router.Core.Tenants;

/// <summary>What holds for <see cref="TenantSettings"/> before they are kept. Cold.</summary>
public static class TenantRules
{
    /// <summary>Senders of a tenant at most: they are looked through one by one for each message with a <c>from</c>.</summary>
    public const int SendersMax = 100;

    /// <summary>Rules for inbound messages of a tenant at most: they are looked through one by one for each.</summary>
    public const int KeywordsMax = 100;

    /// <summary>The first thing wrong with <paramref name="settings"/>; null: they are right.</summary>
    public static SettingsFault? Check(TenantSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return SettingsRange.CheckText("name", settings.Name, 200) ?? CheckSenders(settings.Senders) ?? Check(settings.Limits)
            ?? (settings.Region is { } region && !SettingsNames.IsName(region) ? new SettingsFault("region", SettingsNames.Predicate) : null)
            ?? (settings.TimeZone is { } zone && TimeZones.NumberOf(zone) == 0 ? new SettingsFault("timeZone", $"is '{SettingsRange.Shown(zone)}', not the name of an IANA time zone, such as Europe/Rome") : null)
            ?? Check(settings.QuietHours) ?? CheckMoney(settings) ?? CheckKeywords(settings.Keywords);
    }

    private static SettingsFault? Check(QuietHours? quiet)
    {
        if (quiet is null)
        {
            return null;
        }

        return !QuietHours.TryParse(quiet.From, out int from) ? NoTime("quietHours.from", quiet.From)
            : !QuietHours.TryParse(quiet.To, out int to) ? NoTime("quietHours.to", quiet.To)
            : from == to ? new SettingsFault("quietHours.to", "is the same as from: leave quietHours out for none")
            : null;
    }

    private static SettingsFault NoTime(string field, string given) => new(field, $"is '{SettingsRange.Shown(given)}', not a time HH:mm from 00:00 to 23:59");

    private static SettingsFault? CheckMoney(TenantSettings settings)
    {
        if (settings.Balance is < 0 or > Money.Max)
        {
            return new SettingsFault("balance", string.Create(CultureInfo.InvariantCulture, $"is {settings.Balance}, not 0 to {Money.Max}"));
        }

        foreach ((string channel, decimal price) in settings.Prices ?? new Dictionary<string, decimal>())
        {
            if (!WireNames.TryParse(Encoding.UTF8.GetBytes(channel), out Channel _))
            {
                return NoChannel("prices", channel);
            }

            // Money is counted in millionths: exact under concurrency, no rounding in sums.
            if (price is < 0 or > 1_000_000 || decimal.Round(price, 6) != price)
            {
                return new SettingsFault("prices." + channel, string.Create(CultureInfo.InvariantCulture, $"is {price}, not 0 to 1000000 with at most 6 decimals"));
            }
        }

        return settings.Balance is { } balance && decimal.Round(balance, 6) != balance ? new SettingsFault("balance", "has more than 6 decimals") : null;
    }

    private static SettingsFault? CheckKeywords(IReadOnlyList<KeywordRule> rules)
    {
        if (rules.Count > KeywordsMax)
        {
            return new SettingsFault("keywords", $"has {rules.Count} rules: give at most {KeywordsMax}");
        }

        for (int i = 0; i < rules.Count; i++)
        {
            string field = SettingsRange.At("keywords", i);
            KeywordRule rule = rules[i];
            SettingsFault? fault = SettingsRange.CheckText(field + ".word", rule.Word, 40)
                ?? (rule.Word.Any(char.IsWhiteSpace) ? new SettingsFault(field + ".word", "has white space: it is one word") : null)
                ?? (FoldedText.Of(rule.Word).Length == 0 ? new SettingsFault(field + ".word", "has no letter or digit: no text could be told to be it") : null)
                ?? (rule.Number is { } number ? CheckSender(field + ".number", number) : null)
                ?? (rule.Reply is { Length: 0 or > 1_000 } ? new SettingsFault(field + ".reply", $"has {rule.Reply.Length} characters: give 1 to 1000") : null);
            if (fault is not null)
            {
                return fault;
            }

            if (rule.Number is null && rule.Action == KeywordAction.None && rule.Reply is null)
            {
                return new SettingsFault(field, "does nothing: give it a number, an action or a reply");
            }

            if (rule.Action == KeywordAction.Help && rule.Reply is null)
            {
                return new SettingsFault(field + ".reply", "is missing: it is what help answers");
            }
        }

        return null;
    }

    private static SettingsFault? CheckSenders(IReadOnlyList<string> senders)
    {
        if (senders.Count > SendersMax)
        {
            return new SettingsFault("senders", $"has {senders.Count} senders: give at most {SendersMax}");
        }

        var tags = new Dictionary<uint, string>();
        for (int i = 0; i < senders.Count; i++)
        {
            string field = SettingsRange.At("senders", i);
            if (CheckSender(field, senders[i]) is { } fault)
            {
                return fault;
            }

            // A conversation knows its sender by the tag alone, so two senders must not share one.
            if (!tags.TryAdd(Sender.TagOf(Encoding.UTF8.GetBytes(senders[i])), senders[i]))
            {
                return new SettingsFault(field, "is there already, or cannot be told from another sender: leave it out");
            }
        }

        return null;
    }

    // A number, a short code, a sender id (TS 23.040 §9.1.2.5: 11 characters, others have longer ones), a mailbox (RFC 5321 §4.5.3.1: 254), a page's id.
    private static SettingsFault? CheckSender(string field, string sender)
    {
        if (SettingsRange.CheckText(field, sender, 254) is { } fault)
        {
            return fault;
        }

        if (sender[0] == '+' && (sender.Length is < 4 or > 16 || sender[1] == '0' || !IsDigits(sender.AsSpan(1))))
        {
            return new SettingsFault(field, $"is '{sender}', which begins like a number: give + and 3 to 15 digits, the first not 0 (E.164)");
        }

        int at = sender.IndexOf('@', StringComparison.Ordinal);
        return at == 0 || at == sender.Length - 1 || char.IsWhiteSpace(sender[0]) || char.IsWhiteSpace(sender[^1])
            ? new SettingsFault(field, $"is '{SettingsRange.Shown(sender)}', neither a number, a short code, a sender id nor a mailbox")
            : null;
    }

    private static SettingsFault NoChannel(string field, string given) => new(field, $"has '{SettingsRange.Shown(given)}', which is not a channel: use {WireNames.ChannelList}");

    private static bool IsDigits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');

    private static SettingsFault? Check(TenantLimits limits)
    {
        SettingsFault? fault = SettingsRange.Check("limits.perSecond", limits.PerSecond, 1, 1_000_000)
            ?? SettingsRange.Check("limits.perSender", limits.PerSender, 1, 1_000_000)
            ?? SettingsRange.Check("limits.perRecipient.count", limits.PerRecipient?.Count, 1, 100)
            ?? SettingsRange.Check("limits.perRecipient.windowSeconds", limits.PerRecipient?.WindowSeconds, 1, 604_800)
            ?? SettingsRange.Check("limits.waiting", limits.Waiting, 1, 100_000_000);
        if (limits.PerChannel is null)
        {
            return fault;
        }

        foreach ((string channel, int rate) in limits.PerChannel)
        {
            fault ??= WireNames.TryParse(Encoding.UTF8.GetBytes(channel), out Channel _)
                ? SettingsRange.Check("limits.perChannel." + channel, rate, 1, 1_000_000)
                : NoChannel("limits.perChannel", channel);
        }

        return fault;
    }
}
