using System.Diagnostics.CodeAnalysis;
using System.Text;
using Router.Core.Messages;
using Router.Core.Tenants;

namespace Router.Core.Routing;

/// <summary>What one <see cref="RouteSettings"/> matches, parsed. Cold.</summary>
internal sealed record RouteMatch(Channel Channel, Tenant? Tenant, uint SenderTag, DestinationPrefix Prefix, Purpose? Purpose, uint Region)
{
    public int Shape => RouteShape.Of(Tenant is not null, SenderTag != 0, Prefix.Length, Purpose is not null);

    /// <summary>All but the region.</summary>
    public RouteKey Key =>
        RouteKey.Of((byte)Channel, Shape, (uint)(Tenant?.Number ?? 0), SenderTag, Prefix.Packed, (byte)(Purpose ?? default));

    /// <summary>False when a part of the match is wrong or names what does not exist: such a route matches nothing, never more than it says.</summary>
    public static bool TryParse(RouteSettings settings, Configuration configuration, [NotNullWhen(true)] out RouteMatch? match)
    {
        match = null;
        Tenant? tenant = null;
        if (!TryParseChannel(settings.Channel, out Channel channel)
            || (settings.Tenant is not null && (tenant = configuration.FindTenant(settings.Tenant)) is null)
            || !TryParsePrefix(settings.Prefix, out DestinationPrefix prefix)
            || !TryParsePurpose(settings.Purpose, out Purpose? purpose)
            || !TryParseSender(settings.Sender, out uint senderTag)
            || !TryParseRegion(settings.Region, out uint region))
        {
            return false;
        }

        match = new RouteMatch(channel, tenant, senderTag, prefix, purpose, region);
        return true;
    }

    public static bool TryParseChannel(string? word, out Channel channel) => WireNames.TryParse(Utf8(word), out channel);

    public static bool TryParsePurpose(string? word, out Purpose? purpose)
    {
        bool known = WireNames.TryParse(Utf8(word), out Purpose parsed);
        purpose = known ? parsed : null;
        return known || word is null;
    }

    /// <summary>One to six digits, with or without a leading <c>+</c>; null: any destination.</summary>
    public static bool TryParsePrefix(string? text, out DestinationPrefix prefix)
    {
        prefix = default;
        if (text is null)
        {
            return true;
        }

        ReadOnlySpan<char> digits = text.StartsWith('+') ? text.AsSpan(1) : text;
        if (digits.Length is 0 or > DestinationPrefix.DigitsMax || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        prefix = DestinationPrefix.Of(Utf8(text));
        return true;
    }

    /// <summary>Not empty; null: any sender. A tag of 0 (one sender in 2³²) would match any, so it is refused.</summary>
    public static bool TryParseSender(string? sender, out uint tag)
    {
        tag = Sender.TagOf(Utf8(sender));
        return sender is null || tag != 0;
    }

    /// <summary>A name; null: any region, and none.</summary>
    public static bool TryParseRegion(string? name, out uint tag)
    {
        tag = RegionTag.Of(name);
        return name is null || SettingsNames.IsName(name);
    }

    private static byte[] Utf8(string? text) => Encoding.UTF8.GetBytes(text ?? "");
}
