using System.Text;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Providers;

namespace Router.Providers.Tests;

/// <summary>Makes accounts and departures for tests.</summary>
public static class Departing
{
    public static ProviderAccount Account(string kind, string settings, int? inFlight = null) =>
        new(7, "carrier", new ProviderSettings { Kind = kind, Channels = ["sms"], Settings = settings, Limits = new ProviderLimits { InFlight = inFlight } });

    public static MessageId Id(int n) => MessageId.Create(1_800_000_000_000 + (n >> 6), 5, n & 63, (ulong)n << 2);

    /// <summary>The epoch of a departure made here: another for each message.</summary>
    public static long EpochOf(MessageId id) => Number(id) + 1;

    /// <summary>The n of <see cref="Id"/>.</summary>
    public static int Number(MessageId id) => (int)(id.Tail & 0x3FFF_FFFF_FFFF_FFFF);

    public static Departure Make(
        TimeProvider time, int n, string text = "hello", string to = "+393331234567", string from = "+391110000", ulong? conversation = null, int segments = 1, int validSeconds = 3600, int releaseMs = 250)
    {
        byte[] toBytes = Encoding.UTF8.GetBytes(to);
        byte[] textBytes = Encoding.UTF8.GetBytes(text);
        byte[] fromBytes = Encoding.UTF8.GetBytes(from);
        int size = MessageRecord.SizeWithoutFrom(toBytes.Length, textBytes.Length, 0, 0) + MessageRecord.SizeOfFrom(fromBytes.Length);
        byte[] record = RecordPool.Shared.Rent(size);
        int length = MessageRecord.Write(Channel.Sms, ContentType.Text, toBytes, textBytes, default, default, record);
        length += MessageRecord.AppendFrom(fromBytes, record.AsSpan(length));
        return new Departure
        {
            Id = Id(n),
            Epoch = EpochOf(Id(n)),
            Conversation = conversation ?? (ulong)n,
            ReleaseEnd = time.GetTimestamp() + (releaseMs * time.TimestampFrequency / 1000),
            ValidUntilMs = time.GetUtcNow().ToUnixTimeMilliseconds() + (validSeconds * 1000L),
            Record = record,
            RecordLength = length,
            Segments = (byte)segments,
            SegmentCount = (byte)segments,
        };
    }
}
