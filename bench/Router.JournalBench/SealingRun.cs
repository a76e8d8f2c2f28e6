using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Router.Core.Messages;
using Router.Storage.Sqlite;

namespace Router.JournalBench;

/// <summary>What sealing and the keyed hashes cost over many contacts, each as the hot path calls it: µs and garbage a call, one thread.</summary>
internal static class SealingRun
{
    private const int HotContacts = 1000;

    /// <summary>Runs it over <paramref name="contacts"/> contacts in a folder of its own.</summary>
    public static async Task RunAsync(string folder, int contacts, int recordBytes)
    {
        await using SqliteStore store = SqliteStore.Open(
            new SqliteStoreOptions { Path = Path.Combine(folder, "sealing") }, TimeProvider.System, NullLoggerFactory.Instance);
        uint[] slots = new uint[contacts];
        byte[] record = new byte[recordBytes];
        byte[] address = "+393331234567"u8.ToArray();
        byte[] to = new byte[recordBytes + 16];
        byte[] key = new byte[32];
        byte[] nonce = new byte[12];
        UInt128 value = 1;
        Random random = new(11);
        for (int round = 0; round < 3; round++)
        {
            Console.WriteLine($"round {round + 1}:");
            Measure("a first message: new slot, seal", contacts, i =>
            {
                slots[i] = store.Sealer.NewKeySlot();
                store.Sealer.Seal(1, slots[i], Id(i), record, to);
            });
            random.Shuffle(slots);
            Measure("a later message, contacts in random order: seal", contacts, i => store.Sealer.Seal(1, slots[i], Id(i), record, to));
            Measure("a contact whose cipher is live: seal", contacts, i => store.Sealer.Seal(1, slots[i % HotContacts], Id(i), record, to));
            Measure("limit: a fresh AesGcm, one record", contacts, _ =>
            {
                using AesGcm fresh = new(key, 16);
                fresh.Encrypt(nonce, record, to.AsSpan(0, recordBytes), to.AsSpan(recordBytes), nonce);
            });
            Measure("contact of an address", contacts, _ => store.Hash.Contact(1, Channel.Sms, address));
            Measure("receipt key", contacts, _ => store.Hash.ReceiptKey(1, address));
            Measure("cloak", contacts, _ => value = store.Hash.Cloak(value));
        }
    }

    private static MessageId Id(int i) => MessageId.Create(1_772_366_400_000 + (i / MessageId.PerMillisecond), 0, i % MessageId.PerMillisecond, (ulong)i);

    private static void Measure(string what, int count, Action<int> call)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            call(i);
        }

        double micros = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        Console.WriteLine($"  {what,-50} {micros / count,6:F2} µs {(GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)count,5:F0} B");
    }
}
