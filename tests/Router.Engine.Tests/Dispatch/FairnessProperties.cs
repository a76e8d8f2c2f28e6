using Router.Core.Messages;
using Router.Engine.Dispatch;
using Router.Engine.Providers;
using Router.Testing;

namespace Router.Engine.Tests.Dispatch;

/// <summary>Deficit round robin and the shares of classes, as a link's turn gives them: random tenants, lanes, message lengths, rooms and answers.</summary>
public sealed class FairnessProperties
{
    private const int Segments = 20;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 200)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Two_tenants_with_work_never_differ_by_more_than_two_turns_and_two_releases(int seed)
    {
        Random random = new(seed);
        int quantum = random.Next(1, 65);
        LaneClass lanes = new();
        Work[] tenants = [.. Enumerable.Range(1, random.Next(2, 8)).Select(t => new Work(t, random))];
        foreach (Work tenant in tenants)
        {
            tenant.Lanes.ForEach(lanes.Add);
        }

        // All have work all the time: so all differences are the turns'.
        for (int i = 0; i < 5_000; i++)
        {
            DispatchLane lane = lanes.Take(quantum, out int share);
            Work of = tenants[lane.Key.Tenant - 1];
            int asked = Math.Max(of.Length, Math.Min(share, random.Next(1, 65)));
            double each = lanes.Charge(of.Tenant, asked);
            int used = random.Next(4) == 0 ? random.Next(asked + 1) : asked;
            lanes.Uncharge(of.Tenant, asked - used, each);
            of.Served += used;
            lanes.Add(lane);
            long least = tenants.Min(static t => t.Served);
            long most = tenants.Max(static t => t.Served);
            Assert.True(most - least <= (2 * quantum) + (2 * (64 + Segments)), $"seed {seed}: {most} and {least}, quantum {quantum}");
        }

        long all = tenants.Sum(static t => t.Served);
        Assert.All(tenants, t => Assert.InRange(t.Served, (all / tenants.Length) - 400, (all / tenants.Length) + 400));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_tenant_that_is_away_while_its_shard_answers_gets_no_more_by_it(int seed)
    {
        Random random = new(seed);
        int quantum = random.Next(1, 17);
        LaneClass lanes = new();
        DispatchLane large = Lane(1); // long messages in one lane of one shard: away after each
        DispatchLane small = Lane(2);
        lanes.Add(large);
        lanes.Add(small);
        long[] served = new long[3];
        DispatchLane? away = null;
        for (int i = 0; i < 20_000; i++)
        {
            DispatchLane lane = lanes.Take(quantum, out _);
            int length = lane == large ? Segments : 1;
            lanes.Charge(lane.Key.Tenant, length);
            served[lane.Key.Tenant] += length;
            if (lane == large)
            {
                away = lane;
            }
            else
            {
                lanes.Add(lane);
                if (away is not null)
                {
                    lanes.Add(away);
                    away = null;
                }
            }
        }

        Assert.True(served[1] <= served[2] + (2 * quantum) + (2 * Segments), $"seed {seed}: {served[1]} and {served[2]}");
    }

    [Fact]
    public void Classes_share_fifteen_to_one_and_each_behind_the_first_gets_its_part()
    {
        var link = new ProviderLink(Harness.EngineHarness.Account(1, "p"), new InstantWindow(80), new CircuitBreaker(1_000, new Random(1)), TimeProvider.System);
        var lanes = new List<DispatchLane>();
        foreach (Purpose purpose in Enum.GetValues<Purpose>())
        {
            var lane = new DispatchLane(new LaneKey(1, 1, 0, Channel.Sms, purpose, Priority.Normal));
            lane.Offer(1, 1, 1_000_000, 1);
            link.Add(lane);
            lanes.Add(lane);
        }

        var served = new Dictionary<Purpose, long>();
        for (int i = 0; i < 100_000; i++)
        {
            DispatchLane lane = link.Take(out int share)!;
            int asked = Math.Min(share, 10);
            link.Charge(lane, asked);
            served[lane.Key.Purpose] = served.GetValueOrDefault(lane.Key.Purpose) + asked;
            link.Add(lane);
        }

        double all = served.Values.Sum();
        Assert.InRange(served[Purpose.Otp] / all, 0.935, 0.940);
        Assert.All(new[] { Purpose.Transactional, Purpose.Service, Purpose.Marketing }, p => Assert.InRange(served[p] / all, 0.0207, 0.0210));
    }

    // A lane whose recipients have limits is asked twice for each message: once for its place, once to let it go.
    [Fact]
    public void What_a_class_was_asked_for_and_did_not_use_is_not_its_debt()
    {
        var link = new ProviderLink(Harness.EngineHarness.Account(1, "p"), new InstantWindow(80), new CircuitBreaker(1_000, new Random(1)), TimeProvider.System);
        foreach (Purpose purpose in new[] { Purpose.Otp, Purpose.Marketing })
        {
            var lane = new DispatchLane(new LaneKey(1, 1, 0, Channel.Sms, purpose, Priority.Normal));
            lane.Offer(1, 1, 1_000_000, 1);
            link.Add(lane);
        }

        var served = new Dictionary<Purpose, long>();
        bool forPlaces = false;
        for (int i = 0; i < 100_000; i++)
        {
            DispatchLane lane = link.Take(out int share)!;
            int asked = Math.Min(share, 10);
            TurnCharge charged = link.Charge(lane, asked);
            forPlaces ^= lane.Key.Purpose == Purpose.Marketing;
            int used = lane.Key.Purpose == Purpose.Marketing && forPlaces ? 0 : asked;
            link.Uncharge(lane, asked - used, charged);
            served[lane.Key.Purpose] = served.GetValueOrDefault(lane.Key.Purpose) + used;
            link.Add(lane);
        }

        Assert.InRange(served[Purpose.Marketing] / (double)served.Values.Sum(), 0.0620, 0.0630);
    }

    [Fact]
    public void What_one_tenant_did_not_use_is_no_debt_of_one_that_was_away()
    {
        LaneClass lanes = new();
        DispatchLane away = Lane(3);
        lanes.Add(away);
        Assert.Same(away, lanes.Take(8, out _));
        lanes.Charge(3, 1);

        // One tenant is asked in vain twice a round: while another is in turn, and after that one has left it.
        DispatchLane[] vain = [Lane(1), new DispatchLane(new LaneKey(1, 1, 1, Channel.Sms, Purpose.Service, Priority.Normal))];
        DispatchLane small = Lane(2);
        for (int i = 0; i < 1_000; i++)
        {
            lanes.Add(vain[0]);
            lanes.Add(small);
            double first = 0;
            for (int j = 0; j < 2; j++)
            {
                bool isSmall = lanes.Take(8, out _) == small;
                double each = lanes.Charge(isSmall ? 2 : 1, isSmall ? 1 : 64);
                first = isSmall ? first : each;
            }

            lanes.Add(vain[1]);
            Assert.Same(vain[1], lanes.Take(8, out _));
            double second = lanes.Charge(1, 64);
            lanes.Uncharge(1, 64, first);
            lanes.Uncharge(1, 64, second);
        }

        lanes.Add(vain[0]);
        lanes.Add(away);
        int[] served = new int[4];
        for (int i = 0; i < 400; i++)
        {
            DispatchLane lane = lanes.Take(8, out _);
            lanes.Charge(lane.Key.Tenant, 1);
            served[lane.Key.Tenant]++;
            lanes.Add(lane);
        }

        Assert.InRange(served[1] - served[3], 0, (2 * 8) + (2 * 64)); // two turns and two releases, as between any two; it had none before
    }

    [Fact]
    public void A_lane_that_is_put_back_is_the_next_one_taken_in_the_shared_turn_too()
    {
        var link = new ProviderLink(Harness.EngineHarness.Account(1, "p"), new InstantWindow(80), new CircuitBreaker(1_000, new Random(1)), TimeProvider.System);
        foreach (Purpose purpose in Enum.GetValues<Purpose>())
        {
            for (uint sender = 0; sender < 2; sender++)
            {
                var lane = new DispatchLane(new LaneKey(1, 1, sender, Channel.Sms, purpose, Priority.Normal));
                lane.Offer(1, 1, 1_000_000, 1);
                link.Add(lane);
            }
        }

        for (int i = 0; i < 1_000; i++)
        {
            DispatchLane taken = link.Take(out int share)!;
            link.PutBack(taken);
            Assert.Same(taken, link.Take(out int again));
            Assert.Equal(share, again);
            link.Charge(taken, Math.Min(share, 10));
            link.Add(taken);
        }
    }

    [Fact]
    public void Turns_allocate_nothing()
    {
        LaneClass lanes = new();
        DispatchLane[] all = [.. Enumerable.Range(1, 50).Select(Lane)];
        void Turn(int count)
        {
            for (int i = 0; i < count; i++)
            {
                if (i % 7 == 0 || !lanes.HasReady)
                {
                    lanes.Add(all[i % all.Length]);
                    continue;
                }

                DispatchLane lane = lanes.Take(8, out _);
                lanes.Charge(lane.Key.Tenant, 1 + (i % 20));
                if (i % 3 != 0)
                {
                    lanes.Add(lane);
                }
            }
        }

        Allocations.AssertNone(() => Turn(1_000), 20, 10);
    }

    private static DispatchLane Lane(int tenant) => new(new LaneKey(1, tenant, 0, Channel.Sms, Purpose.Service, Priority.Normal));

    // Messages of a length of its own, 1 to Segments, in one to four lanes.
    private sealed class Work(int tenant, Random random)
    {
        public int Tenant => tenant;

        public int Length { get; } = random.Next(1, Segments + 1);

        public List<DispatchLane> Lanes { get; } =
            [.. Enumerable.Range(0, random.Next(1, 5)).Select(i => new DispatchLane(new LaneKey(1, tenant, (uint)i, Channel.Sms, Purpose.Service, Priority.Normal)))];

        public long Served { get; set; }
    }

    private sealed class InstantWindow(int window) : IProvider
    {
        public int Window => window;

        public RetryRule Retry => RetryRule.Default;

        public ProviderStatus Status => new(1, 1, window, 0, 0, false, null, null, null);

        public void Start()
        {
        }

        public void Submit(ReadOnlySpan<Departure> departures) => throw new NotSupportedException();

        public Task DrainAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => default;
    }
}
