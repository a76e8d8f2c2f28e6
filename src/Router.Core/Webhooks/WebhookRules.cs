using System.Globalization;
using System.Net;
using Router.Core.Events;
using Router.Core.Tenants;

namespace Router.Core.Webhooks;

/// <summary>What a webhook's settings may be. Cold.</summary>
public static class WebhookRules
{
    /// <summary>Webhooks of a tenant at most.</summary>
    public const int TenantMax = 20;

    /// <summary>Characters of a URL at most.</summary>
    public const int UrlLengthMax = 2048;

    // RFC 6761, RFC 8375, RFC 6762: names that mean this machine or this network wherever they are asked for.
    private static readonly string[] LocalNames = ["localhost", "local", "localdomain", "internal", "home.arpa", "lan", "intranet"];

    /// <summary>What is wrong; null: nothing.</summary>
    /// <param name="settings">As asked for.</param>
    /// <param name="allowPrivate">The setting <c>Webhooks:AllowPrivateNetworks</c>.</param>
    public static SettingsFault? Check(WebhookSettings settings, bool allowPrivate)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (CheckUrl(settings.Url, allowPrivate) is { } wrongUrl)
        {
            return new SettingsFault("url", wrongUrl);
        }

        if (settings.Events.Count is 0 or > EventFilter.WordsMax)
        {
            return new SettingsFault("events", string.Create(CultureInfo.InvariantCulture, $"has {settings.Events.Count} items: give 1 to {EventFilter.WordsMax}, each {EventFilter.Rule}"));
        }

        return EventFilter.TryParse(settings.Events, out _, out string wrong)
            ? null
            : new SettingsFault("events", $"has '{(wrong.Length <= 40 ? wrong : wrong[..40] + "…")}': give {EventFilter.Rule}");
    }

    // The URL is not shown: it may hold a secret.
    private static string? CheckUrl(string url, bool allowPrivate)
    {
        if (url.Length > UrlLengthMax)
        {
            return string.Create(CultureInfo.InvariantCulture, $"has {url.Length} characters, at most {UrlLengthMax} are allowed");
        }

        if (url.AsSpan().ContainsAnyExceptInRange('!', '~') || !Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed) || parsed.Host.Length == 0)
        {
            return "is not an absolute URL in visible ASCII characters: give https://HOST/PATH";
        }

        if (parsed.Scheme != Uri.UriSchemeHttps && !(allowPrivate && parsed.Scheme == Uri.UriSchemeHttp))
        {
            return allowPrivate
                ? "is neither https:// nor http://"
                : "is not https://: events tell who wrote to whom, so they go encrypted (http:// is for operators who set Webhooks:AllowPrivateNetworks)";
        }

        if (parsed.UserInfo.Length > 0)
        {
            return "has a user or password before its host: leave it out; receivers know Router by the signature (webhook-signature)";
        }

        if (parsed.Fragment.Length > 0)
        {
            return "has a fragment (#…), which is never sent: leave it out";
        }

        if (parsed.Port is <= 0 or > 65_535)
        {
            return "has a port outside 1 to 65535: give one of them, or none for 443";
        }

        return !allowPrivate && IsPrivate(parsed)
            ? "leads into a private network: give a public address (an operator may set Webhooks:AllowPrivateNetworks)"
            : null;
    }

    private static bool IsPrivate(Uri url)
    {
        string host = url.IdnHost.TrimEnd('.');
        if (IPAddress.TryParse(host.AsSpan().Trim("[]"), out IPAddress? address))
        {
            return PrivateNetworks.Contain(address);
        }

        // A name without a dot is looked up in the operator's own domain.
        return !host.Contains('.', StringComparison.Ordinal)
            || Array.Exists(LocalNames, name => host.Equals(name, StringComparison.OrdinalIgnoreCase) || host.EndsWith("." + name, StringComparison.OrdinalIgnoreCase));
    }
}
