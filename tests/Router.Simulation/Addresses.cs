using System.Collections.Concurrent;
using System.Text;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Testing;

namespace Router.Simulation;

/// <summary>Numbers of people, by tenant and by the shard that they fall into: found once, for all runs.</summary>
internal static class Addresses
{
    public const int PeopleMax = 24;
    private static readonly ConcurrentDictionary<(int Tenant, string Channel, int Shard), string[]> Numbers = [];

    public static RememberedHash Hash { get; } = new(new PlainKeyedHash());

    public static string NumberOf(int tenant, string channel, int shard, int person) => Numbers.GetOrAdd((tenant, channel, shard), Find)[person];

    public static ContactId Contact(int tenant, string channel, string number) => Hash.Contact(tenant, channel == "sms" ? Channel.Sms : Channel.WhatsApp, Encoding.ASCII.GetBytes(number));

    private static string[] Find((int Tenant, string Channel, int Shard) of) => [.. Enumerable.Range(0, int.MaxValue)
        .Select(static i => $"+39333{i:D7}")
        .Where(n => Contact(of.Tenant, of.Channel, n).Shard == of.Shard)
        .Take(PeopleMax)];
}
