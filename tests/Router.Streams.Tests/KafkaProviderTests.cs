using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Time.Testing;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Streams.Out;
using Router.Testing;

namespace Router.Streams.Tests;

/// <summary>A message of several segments is one record, whole, whichever of them are released here first.</summary>
public sealed class KafkaProviderTests
{
    private static readonly string Text = new('x', 400);

    private readonly FakeTimeProvider time = new();
    private readonly GatewayProducer producer = new();
    private readonly Told told = new();
    private readonly KafkaProvider provider;

    public KafkaProviderTests() =>
        provider = new KafkaProvider(new ProviderAccount(3, "gateway", new ProviderSettings { Kind = "kafka", Channels = ["sms"] }), told, new PlainKeyedHash(), time, producer);

    [Fact]
    public void What_another_account_left_of_a_long_message_takes_the_whole_record_along()
    {
        // Told sent as it came, without a record: the rest of the message was lost.
        provider.Submit([Depart(first: 1, count: 2, done: [0b001])]);
        Assert.Empty(told.Outcomes);
        Assert.Equal(Text, TextOf(Assert.Single(producer.Records)));

        producer.Tell(PersistenceStatus.NotPersisted);
        Assert.Equal([(1, OutcomeKind.Failed), (2, OutcomeKind.Failed)], told.Outcomes.Select(static o => ((int)o.Segment, o.Kind)));

        told.Outcomes.Clear();
        provider.Submit([Depart(first: 1, count: 2, done: [0b001])]);
        Assert.Equal(2, producer.Records.Count);
        producer.Tell(PersistenceStatus.Persisted);
        Assert.Equal([(1, OutcomeKind.Sent), (2, OutcomeKind.Sent)], told.Outcomes.Select(static o => ((int)o.Segment, o.Kind)));
        Assert.All(told.Outcomes, static o => Assert.True(o.HasWholeReceipt));
        Assert.Single(told.Outcomes.Select(static o => o.ReceiptKey).Distinct());
    }

    [Fact]
    public void What_a_limit_releases_later_of_a_record_that_was_taken_is_told_sent_without_another()
    {
        provider.Submit([Depart(first: 0, count: 1)]);
        producer.Tell(PersistenceStatus.Persisted);
        provider.Submit([Depart(first: 1, count: 1, done: [0b001]) with { HasLeftWhole = true }]);
        provider.Submit([Depart(first: 2, count: 1, done: [0b011]) with { HasLeftWhole = true }]);

        Assert.Single(producer.Records);
        Assert.Equal([(0, OutcomeKind.Sent), (1, OutcomeKind.Sent), (2, OutcomeKind.Sent)], told.Outcomes.Select(static o => ((int)o.Segment, o.Kind)));
    }

    private static string? TextOf(byte[] record) => JsonDocument.Parse(record).RootElement.GetProperty("content").GetProperty("text").GetString();

    private Departure Depart(byte first, byte count, byte[]? done = null)
    {
        byte[] text = [.. Text.Select(static c => (byte)c)];
        ReadOnlySpan<byte> to = "+393331234567"u8;
        byte[] record = RecordPool.Shared.Rent(MessageRecord.SizeWithoutFrom(to.Length, text.Length, 0, 0) + MessageRecord.SizeOfFrom(0));
        int length = MessageRecord.Write(Channel.Sms, ContentType.Text, to, text, default, default, record);
        length += MessageRecord.AppendFrom(default, record.AsSpan(length));
        return new Departure
        {
            Id = MessageId.Create(Some.NowMs, 5, 1, 4),
            Epoch = 1,
            Conversation = 9,
            ReleaseEnd = time.GetTimestamp() + time.TimestampFrequency,
            ValidUntilMs = Some.NowMs + 60_000,
            Record = record,
            RecordLength = length,
            Segments = 3,
            FirstSegment = first,
            SegmentCount = count,
            SegmentsDone = done,
        };
    }

    private sealed class Told : IProviderEvents
    {
        public List<Outcome> Outcomes { get; } = [];

        public void Settle(ReadOnlySpan<Outcome> outcomes) => Outcomes.AddRange(outcomes);

        public void Receive(in Receipt receipt, Action<object?, long, bool> acknowledge, object? state, long token) => throw new NotSupportedException();

        public void Receive(in InboundMessage message, Action<object?, long, bool> acknowledge, object? state, long token) => throw new NotSupportedException();

        public void HealthChanged(int provider, bool up)
        {
        }
    }
}
