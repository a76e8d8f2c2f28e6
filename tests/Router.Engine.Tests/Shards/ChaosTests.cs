using Router.Core.Consent;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Shards;

/// <summary>Everything at once under a seed: rough providers, faults of the journal, lost ownerships, cancels, stops, changes of configuration; rings and rows far too small.</summary>
public sealed class ChaosTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void All_messages_end_and_nothing_leaks(int seed)
    {
        var random = new Random(seed);
        var options = new EngineOptions { RecordRingBytes = 600, ContactRowsMax = 8, AcceptBatchMax = 7, EntryBatchMax = 9, SettleUnkeptMax = 5, ReleaseBatchMax = 4, AcceptQueueMax = 64 };
        using var h = new EngineHarness(seed, options, prepare: p =>
        {
            p.Policy = ScriptedPolicy.Rough;
            p.Retry = new Engine.Providers.RetryRule(3, 200, 1_000);
        });
        Tenant[] tenants =
        [
            EngineHarness.TenantWith(new TenantLimits { PerSecond = 200, PerRecipient = new RecipientLimit(5, 1) }),
            EngineHarness.TenantWith(new TenantLimits { Waiting = 60 }, 2, "+39001", "+39002"),
        ];
        int[] shards = [3, 4];
        Configure(h, tenants, random);
        h.Own([.. Enumerable.Range(0, 64)]);
        for (int round = 0; round < 400; round++)
        {
            for (int i = random.Next(4); i > 0; i--)
            {
                h.Queue(
                    random.Next(30), shards[random.Next(2)], tenants[random.Next(2)], (Purpose)random.Next(3), (Priority)random.Next(3), (byte)(random.Next(4) == 0 ? 3 : 1),
                    random.Next(8) == 0 ? 3 : 600, random.Next(10) == 0 ? h.NowMs + random.Next(2_000) : 0, (ulong)random.Next(400), textLength: random.Next(80));
            }

            Disturb(h, tenants, random);
            h.Journal.ReadsContactsAtOnce = random.Next(2) == 0;
            if (random.Next(3) == 0)
            {
                h.AdvanceWithoutCommits(random.Next(50));
            }
            else
            {
                h.Advance(random.Next(120), 13);
            }

            Again(h);
            foreach (Engine.Dispatch.ProviderLink link in h.Engine.Dispatcher.Links)
            {
                Assert.InRange(link.InFlight, 0, 40);
                Assert.InRange(link.Unkept, 0, 40 + options.SettleUnkeptMax);
            }
        }

        h.Configure(tenants, [EngineHarness.Account(1, "a", inFlight: 40), EngineHarness.Account(2, "b", inFlight: 40, cost: 1)]);
        foreach (ScriptedProvider provider in h.Providers.Made)
        {
            provider.GoUp();
        }

        h.Advance(120_000, 50, () => Again(h));
        h.AssertRightContent();
        Assert.DoesNotContain(h.Logs.Lines, static l => l.Contains("failed and gives up", StringComparison.Ordinal));
        AssertEnded(h);
        h.Advance(3_000, 100);
        Assert.Equal(0, h.Engine.OwnerOf(3)!.Shard.MessageSlots + h.Engine.OwnerOf(4)!.Shard.MessageSlots);
        Assert.Equal(0, h.Engine.OwnerOf(3)!.Shard.LaneCount + h.Engine.OwnerOf(4)!.Shard.LaneCount);
        Assert.Equal(0, h.Engine.Dispatcher.LaneCount);
    }

    private static void Configure(EngineHarness h, Tenant[] tenants, Random random) => h.Configure(
        tenants,
        [
            EngineHarness.Account(1, "a", random.Next(2) == 0 ? null : 150, random.Next(10, 40), enabled: random.Next(4) != 0),
            EngineHarness.Account(2, "b", null, random.Next(10, 40), cost: 1),
        ]);

    private static void Disturb(EngineHarness h, Tenant[] tenants, Random random)
    {
        switch (random.Next(24))
        {
            case 0:
                h.Journal.NextOutcome(PartOutcome.Refused);
                break;
            case 1:
                h.Journal.NextOutcome(PartOutcome.Unknown, stored: random.Next(2) == 0);
                break;
            case 2:
                h.Journal.FailReads();
                break;
            case 3:
                h.Own(random.Next(2) + 3); // another owner of the same shard, here
                break;
            case 4 or 5 when h.Providers.Made.Count > 0:
                h.Providers.Made[^1].GoDown();
                break;
            case 6 or 7:
                foreach (ScriptedProvider provider in h.Providers.Made)
                {
                    provider.GoUp();
                }

                break;
            case 8:
                Configure(h, tenants, random);
                break;
            case 9 or 10 or 11 or 12 when h.ByText.Count > 0:
                _ = h.Cancel(h.ByText.Values.ElementAt(random.Next(h.ByText.Count)).Id, random.Next(1, 3));
                break;
            case 13 or 14:
                bool blocks = random.Next(2) == 0;
                h.SetFlags(f => f.WithBlocked(blocks), random.Next(30), random.Next(2) + 3);
                break;
            default:
                break;
        }
    }

    private static void Again(EngineHarness h)
    {
        foreach (int shard in h.Lost.Distinct().ToArray())
        {
            h.Lost.RemoveAll(s => s == shard);
            h.Own(shard);
        }
    }

    private static void AssertEnded(EngineHarness h)
    {
        Assert.All(h.ByText.Values.Where(static p => p.Intake == Intake.Queued), static p => Assert.Equal(1, p.Answers));
        foreach ((AcceptedMessage accepted, MessageStatus status, IReadOnlyList<StoredEvent> events) in h.Journal.Store.Snapshot())
        {
            string told = string.Join(' ', events.Select(static e => e.Status));
            Assert.True(status >= MessageStatus.Sent, $"{accepted.Id}: {told} {h.Engine.PeekAsync(accepted.Tenant, accepted.Id, CancellationToken.None)}");
            Assert.True(events.Count(static e => e.Status >= MessageStatus.Delivered) <= 1, $"{accepted.Id}: {told}");
            Assert.True(events.Count(static e => e.Status == MessageStatus.Sent) <= 1, $"{accepted.Id}: {told}");
            Assert.DoesNotContain(events.SkipWhile(static e => e.Status < MessageStatus.Delivered), static e => e.Status == MessageStatus.Sent);
        }

        Assert.Equal((0L, 0L), (h.Engine.Waiting.Of(1), h.Engine.Waiting.Of(2)));
        Assert.All(h.Engine.Dispatcher.Links, static l => Assert.Equal((0, 0), (l.InFlight, l.Unkept)));
        Assert.Equal(0, h.Engine.Dispatcher.Asks);
        Assert.Equal(0, h.Sealer.SealedTwiceCount);
    }
}
