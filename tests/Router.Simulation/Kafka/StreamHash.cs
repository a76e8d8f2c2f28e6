using System.Globalization;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Engine.Sealing;

namespace Router.Simulation.Kafka;

/// <summary>The plain hash, but for what the simulation must steer: dead letters fall into shards in play, and a carrier's id in digits is the key of its receipt.</summary>
internal sealed class StreamHash(SimulationRun run) : IKeyedHash
{
    public ContactId Contact(int tenant, Channel channel, ReadOnlySpan<byte> canonicalAddress)
    {
        ContactId contact = Addresses.Hash.Contact(tenant, channel, canonicalAddress);
        if (channel != Channel.None)
        {
            return contact;
        }

        byte[] again = [.. canonicalAddress, 0];
        while (!run.Shards.Contains(contact.Shard))
        {
            contact = Addresses.Hash.Contact(tenant, channel, again);
            again = [.. again, (byte)again.Length];
        }

        return contact;
    }

    public UInt128 IdempotencyKey(int tenant, ReadOnlySpan<byte> key, long line) => Addresses.Hash.IdempotencyKey(tenant, key, line);

    public ulong ReceiptKey(int provider, ReadOnlySpan<byte> carrierId) =>
        ulong.TryParse(carrierId, CultureInfo.InvariantCulture, out ulong key) ? key : Addresses.Hash.ReceiptKey(provider, carrierId);

    public UInt128 Cloak(UInt128 value) => Addresses.Hash.Cloak(value);

    public UInt128 Uncloak(UInt128 value) => Addresses.Hash.Uncloak(value);
}
