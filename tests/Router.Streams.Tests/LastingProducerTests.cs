using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using Router.Streams.Out;
using Router.Testing;
using Router.Testing.Processes;

namespace Router.Streams.Tests;

/// <summary>After an error that librdkafka calls fatal, a client takes nothing any more: another takes its place without a restart.</summary>
public sealed class LastingProducerTests
{
    private const string Topic = "written";

    [Fact]
    public async Task After_a_fatal_error_another_client_takes_its_place_and_no_batch_waits_for_ever()
    {
        await using KafkaBroker kafka = await KafkaBroker.StartAsync();
        using var logs = new CollectingLogs();
        var health = new KafkaHealth(new StandingClock()); // what was told is not forgotten however long this takes
        var tally = new ProducerTally("event");
        using var producer = new LastingProducer(
            new KafkaOptions { BootstrapServers = kafka.Servers }, health, TimeProvider.System, logs.CreateLogger("test"), TimeSpan.FromSeconds(5), static config => config.MessageTimeoutMs = 0);
        Assert.Equal(Confluent.Kafka.ErrorCode.NoError, await WriteAsync(producer, tally, "before"));

        for (int round = 0; round < 2; round++)
        {
            var under = new WriteBatch(tally, producer.Works);
            under.Add();
            Assert.Equal(Confluent.Kafka.ErrorCode.NoError, producer.Write(Topic, Record("under"), under));
            FailForGood(producer);
            under.Close();
            await under.Done.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken); // with whatever became of it

            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            while (await WriteAsync(producer, tally, "after " + round) != Confluent.Kafka.ErrorCode.NoError)
            {
                await Task.Delay(50, limit.Token);
            }
        }

        Assert.Equal(0, tally.Queued);
        Assert.Contains("Kafka", health.Trouble, StringComparison.Ordinal);
        Assert.Equal(2, logs.Lines.Count(static l => l.Contains("another takes its place", StringComparison.Ordinal)));
        List<ConsumeResult<string, string>> there = kafka.Read(Topic, static all => all.Exists(static r => r.Message.Value == "after 1"));
        Assert.Contains(there, static r => r.Message.Value == "after 0");
    }

    private static async Task<Confluent.Kafka.ErrorCode> WriteAsync(LastingProducer producer, ProducerTally tally, string what)
    {
        var batch = new WriteBatch(tally, producer.Works);
        batch.Add();
        Confluent.Kafka.ErrorCode refused = producer.Write(Topic, Record(what), batch);
        if (refused != Confluent.Kafka.ErrorCode.NoError)
        {
            batch.Refused(refused);
        }

        batch.Close();
        return await batch.Done.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    private static Message<byte[], byte[]> Record(string what) => new() { Value = System.Text.Encoding.UTF8.GetBytes(what) };

    // What librdkafka has for this very purpose; its .NET client does not show it.
    private static void FailForGood(LastingProducer producer)
    {
        object life = typeof(LastingProducer).GetField("current", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(producer)!;
        Handle handle = ((ProducerLife)life).Client.Handle;
        var native = (SafeHandle)typeof(Handle).GetProperty("LibrdkafkaHandle", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(handle)!;
        string library = File.ReadLines("/proc/self/maps").First(static l => l.Contains("librdkafka", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1];
        nint function = NativeLibrary.GetExport(NativeLibrary.Load(library), "rd_kafka_test_fatal_error");
        Marshal.GetDelegateForFunctionPointer<TestFatalError>(function)(native.DangerousGetHandle(), (int)Confluent.Kafka.ErrorCode.OutOfOrderSequenceNumber, "said by the test");
    }

    private sealed class StandingClock : TimeProvider
    {
        public override long GetTimestamp() => 1;
    }

    private delegate int TestFatalError(nint client, int code, [MarshalAs(UnmanagedType.LPStr)] string reason);
}
