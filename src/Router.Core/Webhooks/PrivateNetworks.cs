using System.Net;
using System.Net.Sockets;

namespace Router.Core.Webhooks;

/// <summary>
/// Addresses that a tenant's webhook may not reach, because they lie inside the operator's own network or nowhere: everything that the IANA registries of special-purpose
/// addresses (RFC 6890) do not call globally reachable, and what carries such an IPv4 address inside an IPv6 one.
/// </summary>
public static class PrivateNetworks
{
    private static readonly IPNetwork[] Refused =
    [
        IPNetwork.Parse("0.0.0.0/8"), // this network
        IPNetwork.Parse("10.0.0.0/8"), // RFC 1918
        IPNetwork.Parse("100.64.0.0/10"), // carrier-grade NAT, RFC 6598
        IPNetwork.Parse("127.0.0.0/8"), // loopback
        IPNetwork.Parse("169.254.0.0/16"), // link-local; clouds serve their metadata at 169.254.169.254
        IPNetwork.Parse("172.16.0.0/12"), // RFC 1918
        IPNetwork.Parse("192.0.0.0/24"), // protocol assignments; 192.0.0.192 is a cloud's metadata
        IPNetwork.Parse("192.0.2.0/24"), // documentation
        IPNetwork.Parse("192.88.99.0/24"), // 6to4 relays, withdrawn
        IPNetwork.Parse("192.168.0.0/16"), // RFC 1918
        IPNetwork.Parse("198.18.0.0/15"), // benchmarks
        IPNetwork.Parse("198.51.100.0/24"), // documentation
        IPNetwork.Parse("203.0.113.0/24"), // documentation
        IPNetwork.Parse("224.0.0.0/4"), // multicast
        IPNetwork.Parse("240.0.0.0/4"), // reserved, broadcast
        IPNetwork.Parse("100::/64"), // discard-only
        IPNetwork.Parse("2001::/23"), // protocol assignments, Teredo among them
        IPNetwork.Parse("2001:db8::/32"), // documentation
        IPNetwork.Parse("3fff::/20"), // documentation
        IPNetwork.Parse("5f00::/16"), // segment routing
        IPNetwork.Parse("fc00::/7"), // unique local; fd00:ec2::254 is a cloud's metadata
        IPNetwork.Parse("fe80::/10"), // link-local
        IPNetwork.Parse("fec0::/10"), // site-local, withdrawn
        IPNetwork.Parse("ff00::/8"), // multicast
    ];

    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96"); // NAT64, RFC 6052
    private static readonly IPNetwork TranslatedLocally = IPNetwork.Parse("64:ff9b:1::/48"); // RFC 8215
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>Whether <paramref name="address"/> may not be reached.</summary>
    public static bool Contain(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            Span<byte> bytes = stackalloc byte[16];
            address.TryWriteBytes(bytes, out _);
            if (TranslatedLocally.Contains(address))
            {
                return true;
            }

            // Mapped (::ffff:a.b.c.d), compatible (::a.b.c.d, where :: and ::1 lie too) and translated addresses reach the IPv4 address in their last 32 bits.
            if (bytes[..10].IndexOfAnyExcept((byte)0) < 0 && ((bytes[10] == 0xFF && bytes[11] == 0xFF) || (bytes[10] == 0 && bytes[11] == 0)))
            {
                return Contain(new IPAddress(bytes[12..]));
            }

            if (Translated.Contains(address))
            {
                return Contain(new IPAddress(bytes[12..]));
            }

            if (SixToFour.Contains(address))
            {
                return Contain(new IPAddress(bytes[2..6]));
            }
        }

        foreach (IPNetwork network in Refused)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}
