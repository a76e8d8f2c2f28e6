using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Router.Core.Addresses;
using Router.Engine.Sealing;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Contacts;

/// <summary>Addresses in URLs and bodies, made a <see cref="ContactId"/> of the caller's tenant. Cold; the address goes into no message.</summary>
internal static class ContactAddress
{
    /// <summary>Parses <paramref name="text"/>; <paramref name="canonical"/> is <c>channel:value</c>.</summary>
    internal static Problem? Parse(string text, string field, int tenant, IKeyedHash hash, out ContactId contact, out string canonical)
    {
        contact = default;
        canonical = "";
        Span<byte> utf8 = stackalloc byte[Address.BytesMax * 3];
        if (!Encoding.UTF8.TryGetBytes(text, utf8, out int length))
        {
            return new Problem(400, "invalid_address", "is too long for an address", field);
        }

        Span<byte> buffer = stackalloc byte[Address.BytesMax * 3];
        AddressReason reason = Address.Parse(utf8[..length], buffer, out Address address);
        if (reason != AddressReason.None)
        {
            return new Problem(400, "invalid_address", $"{field} {AddressReasons.Detail(reason)}.", field);
        }

        contact = hash.Contact(tenant, address.Channel, address.Value);
        canonical = Core.Messages.WireNames.Of(address.Channel) + ":" + Encoding.UTF8.GetString(address.Value);
        return null;
    }

    /// <summary>
    /// The address in <c>/v1/contacts/{address}</c> and what lies below it, from the request line as received: routing leaves an escaped slash escaped, so its value could not be told from
    /// an address with a per cent sign in it.
    /// </summary>
    internal static string InPath(HttpContext context)
    {
        const string Before = "/v1/contacts/";
        string routed = (string)context.Request.RouteValues["address"]!;
        string target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        int from = target.IndexOf(Before, StringComparison.OrdinalIgnoreCase);
        if (from < 0)
        {
            return routed;
        }

        string rest = target[(from + Before.Length)..];
        int to = rest.AsSpan().IndexOfAny('/', '?');
        string received = Uri.UnescapeDataString(to < 0 ? rest : rest[..to]);

        // Dots in the path (/a/../b) lead elsewhere than its first words say: then it is not what was routed by.
        return WithSlashes(received) == WithSlashes(routed) ? received : routed;
    }

    private static string WithSlashes(string value) => value.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>The address in a query; a plus sign there means a space by the old form rule, but no address has a space.</summary>
    internal static string InQuery(string value) => value.Replace(' ', '+');
}
