using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Usage;

namespace Router.Testing;

public abstract partial class JournalContract
{
    private const long DayMs = 86_400_000;

    [Fact]
    public async Task Usage_is_counted_by_day_tenant_channel_and_provider_and_outlives_crashes()
    {
        var expected = new UsageSums();
        Random random = new(5);
        ShardWriter writer = await TakeAsync(3);
        for (int round = 0; round < 4; round++)
        {
            for (int i = 0; i < 50; i++)
            {
                AcceptedMessage message = await writer.AcceptAsync(Some.Contact(3, random.Next(20)), tenant: random.Next(1, 4));
                JournalEntry sent = Some.Status(message, MessageStatus.Sent, provider: random.Next(1, 3), atMs: Some.NowMs + (random.Next(3) * DayMs));
                sent.Channel = random.Next(2) == 0 ? Channel.Sms : Channel.WhatsApp;
                sent.Price = random.Next(2) == 0 ? 0 : random.Next(1_000_000);
                JournalEntry part = Some.SegmentSent(message, 0);
                part.Channel = sent.Channel;
                part.Price = sent.Price;
                writer.Add(part);
                writer.Add(sent);
                writer.Add(Some.Status(message, MessageStatus.Delivered, provider: 1)); // a receipt is no usage
                expected.Add(part);
                expected.Add(sent);
                AcceptedMessage received = await writer.AcceptAsync(Some.Contact(3, random.Next(20)), tenant: random.Next(1, 4), with: m => m with
                {
                    Direction = MessageDirection.Inbound, Provider = random.Next(1, 3), Channel = random.Next(2) == 0 ? Channel.Sms : Channel.WhatsApp, IsPart = random.Next(4) == 0,
                });
                expected.Add(received);
            }

            await writer.KeepAsync();
            await AssertUsageAsync(expected);
            writer = await ReopenAndTakeAsync(3);
            await AssertUsageAsync(expected);
        }
    }

    [Fact]
    public async Task Usage_of_a_part_that_is_fenced_does_not_count()
    {
        ShardWriter old = await TakeAsync(3);
        AcceptedMessage message = await old.AcceptAsync(Some.Contact(3, 1));
        await old.KeepAsync();
        ShardWriter young = await TakeAsync(3);
        JournalEntry sent = Some.Status(message, MessageStatus.Sent, provider: 1);
        sent.Channel = Channel.Sms;
        old.Add(sent);
        Assert.Equal(PartOutcome.Fenced, (await old.CommitAsync()).Outcome);
        await AssertUsageAsync(new UsageSums());
        young.Add(sent);
        await young.KeepAsync();
        var expected = new UsageSums();
        expected.Add(sent);
        await AssertUsageAsync(expected);
    }

    private async Task AssertUsageAsync(UsageSums expected)
    {
        IUsage usage = (await OpenAsync()).Usage;
        UsageRow[] rows = [.. expected.Rows.OrderBy(static r => r.Key)];
        DateOnly first = new UsageKey(UsageKey.DayOf(Some.NowMs), 0, Channel.Sms, 0).Date;
        Assert.Equal(rows, await usage.ReadAsync(first, first.AddDays(2), 0, 1_000, Stop));
        Assert.Equal(rows.Where(static r => r.Key.Tenant == 2), await usage.ReadAsync(first, first.AddDays(2), 2, 1_000, Stop));
        Assert.Equal(rows.Where(r => r.Key.Date == first.AddDays(1)), await usage.ReadAsync(first.AddDays(1), first.AddDays(1), 0, 1_000, Stop));
        Assert.Equal(Math.Min(rows.Length, 3), (await usage.ReadAsync(first, first.AddDays(2), 0, 2, Stop)).Count);
        Assert.Equal(
            rows.GroupBy(static r => r.Key.Tenant).ToDictionary(static g => g.Key, static g => g.Sum(static r => r.Cost)).Where(static s => s.Value != 0).OrderBy(static s => s.Key),
            usage.ReadSpent().Where(static s => s.Value != 0).OrderBy(static s => s.Key));
    }
}
