using Router.Providers.Smpp.Protocol;

namespace Router.Providers.Smpp;

/// <summary>
/// Type of number and numbering plan where an account wants others than the form of an address says (<see cref="SmppAddress.Of"/>). Null: as the form says. Immutable; any thread.
/// </summary>
/// <remarks>Hot path, 0 B.</remarks>
internal sealed record AddressRules
{
    /// <summary>Of senders, whatever their form.</summary>
    public byte? SourceTon { get; init; }

    /// <summary>See <see cref="SourceTon"/>.</summary>
    public byte? SourceNpi { get; init; }

    /// <summary>Of senders that are short codes, before <see cref="SourceTon"/>.</summary>
    public byte? ShortCodeTon { get; init; }

    /// <summary>See <see cref="ShortCodeTon"/>.</summary>
    public byte? ShortCodeNpi { get; init; }

    /// <summary>Of destinations, which are international numbers.</summary>
    public byte? DestinationTon { get; init; }

    /// <summary>See <see cref="DestinationTon"/>.</summary>
    public byte? DestinationNpi { get; init; }

    /// <summary>The sender with the account's octets; no sender stays none.</summary>
    public SmppAddress Source(SmppAddress address)
    {
        if (address.Value.IsEmpty)
        {
            return address;
        }

        bool isShort = address.IsShortCode;
        return new SmppAddress((isShort ? ShortCodeTon : null) ?? SourceTon ?? address.Ton, (isShort ? ShortCodeNpi : null) ?? SourceNpi ?? address.Npi, address.Value);
    }

    /// <summary>The destination with the account's octets.</summary>
    public SmppAddress Destination(SmppAddress address) => new(DestinationTon ?? address.Ton, DestinationNpi ?? address.Npi, address.Value);
}
