using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Conversations;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Storage.Log;
using Router.Testing;

namespace Router.Storage.Tests.Log;

public sealed class LogCodecTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_is_packed_is_read_back_grouped_by_tenant_in_order(int seed)
    {
        Random random = new(seed);
        LogWriter writer = new();
        for (int round = 0; round < 20; round++)
        {
            writer.Begin(Some.NowMs);
            List<LogRecord> written = [];
            int count = random.Next(300);
            for (int i = 0; i < count; i++)
            {
                written.Add(Write(writer, random));
            }

            List<LogRecord> read = Read(writer.Finish());

            Assert.Equal(count, writer.Count);
            IEnumerable<LogRecord> expected = written.GroupBy(static r => r.Entry.Tenant).SelectMany(static g => g);
            Assert.Equal(expected, read);
        }
    }

    [Fact]
    public void Bytes_that_are_no_commit_are_told_and_nothing_is_read_beyond_them()
    {
        LogWriter writer = new();
        writer.Begin(Some.NowMs);
        Random random = new(9);
        for (int i = 0; i < 50; i++)
        {
            Write(writer, random);
        }

        byte[] packed = writer.Finish().ToArray();
        for (int cut = 0; cut < packed.Length; cut++)
        {
            // A cut may fall between two groups: then what is there is read. Anything else throws.
            Tried(packed[..cut]);
            byte[] changed = [.. packed];
            changed[cut] ^= (byte)(1 << random.Next(8));
            Tried(changed);
        }
    }

    private static void Tried(byte[] packed)
    {
        try
        {
            Read(packed);
        }
        catch (Exception told) when (told is FormatException or ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
        }
    }

    private static List<LogRecord> Read(ReadOnlySpan<byte> packed)
    {
        List<LogRecord> read = [];
        LogReader reader = new(packed);
        LogRecord record = default;
        while (reader.NextGroup())
        {
            while (reader.NextEntry(ref record))
            {
                read.Add(record);
            }
        }

        return read;
    }

    // Writes a random entry and returns how it is to be read.
    private static LogRecord Write(LogWriter writer, Random random)
    {
        int tenant = random.Next(1, 5);
        AcceptedMessage message = Some.Accepted(Some.Id(random.Next(64), random.Next(1000)), tenant: tenant, keySlot: (uint)random.Next());
        message.HasReference = random.Next(2) == 0;
        message.AcceptedAtMs = Some.NowMs + random.Next(-100_000, 100_000);
        if (random.Next(3) == 0)
        {
            message = random.Next(2) == 0 ? message.WithKey((ulong)random.NextInt64()) : message;
            message.Direction = (MessageDirection)random.Next(2);
            message.IsPart = message.Direction == MessageDirection.Inbound && random.Next(2) == 0;
            message.Provider = message.Direction == MessageDirection.Inbound ? random.Next() : 0;
            writer.Add(message);
            return new LogRecord
            {
                IsAccepted = true,
                HasIdempotencyKey = message.HasIdempotencyKey,
                IdempotencyKey = message.IdempotencyKey,
                BodyHash = message.BodyHash,
                IsPart = message.IsPart,
                Entry = About(message) with
                {
                    Kind = EntryKind.Status, Status = message.FirstStatus, KeySlot = message.KeySlot, Direction = message.Direction, Provider = message.Provider,
                    Channel = message.Direction == MessageDirection.Inbound ? message.Channel : Channel.None,
                },
            };
        }

        EntryKind kind = random.Next(8) switch { 0 => EntryKind.Leaving, 1 => EntryKind.PartDone, 2 => EntryKind.Conversation, 3 => EntryKind.Notice, _ => (EntryKind)random.Next(1, 7) };
        JournalEntry entry = About(message) with { Kind = kind, ReceiptKey = random.Next(2) == 0 ? (ulong)random.NextInt64() : 0 };
        int shard = random.Next(64);
        switch (kind)
        {
            case EntryKind.Flags:
                entry = entry with { Message = default, Flags = new ContactFlags((uint)random.Next()), KeySlot = (uint)random.Next() };
                break;
            case EntryKind.Conversation:
                entry = entry with { Message = default, Told = (ConversationEvent)random.Next(1, 4) };
                break;
            case EntryKind.UnmatchedReceipt or EntryKind.ReceiptDone:
                entry = entry with { Tenant = 0, Message = default, Contact = default(ContactId), Sender = 0, Status = MessageStatus.Delivered, Reason = Reason.Undeliverable, Provider = random.Next() };
                break;
            case EntryKind.Leaving or EntryKind.PartDone:
                break;
            case EntryKind.Notice:
                entry = entry with { Message = default, Contact = default, Sender = 0, Notice = NoticeKind.BalanceLow, Provider = random.Next() };
                break;
            default:
                entry = entry with
                {
                    Channel = random.Next(2) == 0 ? Channel.None : Channel.WhatsApp,
                    Status = MessageStatus.Queued, Reason = Reason.Retry, Provider = random.Next(300), Attempts = 3, Segment = (byte)random.Next(256), HasLeft = random.Next(2) == 0,
                };
                entry.Price = entry.Channel == Channel.None ? 0 : random.NextInt64(1_000_000_000_001);
                entry.ReceiptScope = entry.Channel == Channel.None ? ReceiptScope.NotSaid : (ReceiptScope)random.Next(3);
                break;
        }

        writer.Add(entry, shard);
        return new LogRecord { Entry = entry, Shard = entry.Tenant == 0 ? shard : 0 };
    }

    private static JournalEntry About(in AcceptedMessage message) => new()
    {
        Tenant = message.Tenant, Message = message.Id, Contact = message.Contact, Sender = message.Sender, AtMs = message.AcceptedAtMs, HasReference = message.HasReference,
    };
}
