using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Providers;

namespace Router.Engine.Tests.Recipients;

/// <summary>The recipient's limit is exact whatever happens to the shard (DESIGN §4.5), and nobody waits for ever.</summary>
public sealed class RecipientProperties
{
    private const int Seeds = 8;

    [Fact]
    public void Every_window_holds_over_crashes_hand_overs_dropped_rows_and_changed_limits()
    {
        int crashes = 0;
        int leaving = 0;
        int again = 0;
        int departures = 0;
        long read = 0;
        for (int seed = 1; seed <= Seeds; seed++)
        {
            using var run = new RecipientRun(seed);
            run.Live(3_000);
            run.Settle();
            Check(run, seed);
            crashes += run.Crashes;
            leaving += run.LeavingAtCrash;
            SeenDeparture[] written = [.. run.Departures.Where(static d => d.Departure.WrittenAt > 0)];
            departures += written.Length;
            again += written.Length - written.GroupBy(static d => (d.Departure.Id, d.Departure.Segment, d.LeavingCommit)).Count();
            read += run.Store.DeparturesRead;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{departures} departures, {again} sent again, {crashes} crashes with {leaving} leaving, {read} departures read back");
        Assert.True(crashes > 20 && leaving > 100 && again > 20 && read > 1_000, $"too little happened: {crashes} {leaving} {again} {read}");
    }

    private static void Check(RecipientRun run, int seed)
    {
        Assert.All(run.Departures, d => Assert.True(d.IsOpen, $"seed {seed}: {d.Departure.Id} left before that was kept"));

        // What the provider would not take reached nobody; what was sent again after a crash is one departure, whichever of them counts.
        var places = run.Departures.Where(static d => d.Departure.WrittenAt > 0 && d.Departure.Outcome.Kind != OutcomeKind.Throttled)
            .GroupBy(static d => (d.Departure.Id, d.LeavingCommit)).ToList();
        CheckWindows(run, seed, [.. places.Select(static p => p.MinBy(static d => d.Departure.WrittenAt)!)]);
        CheckWindows(run, seed, [.. places.Select(static p => p.MaxBy(static d => d.Departure.WrittenAt)!)]);
        foreach ((Engine.Journal.AcceptedMessage accepted, MessageStatus status, _) in run.Store.Snapshot())
        {
            Assert.True(status >= MessageStatus.Sent, $"seed {seed}: {accepted.Id} still waits");
            bool isShort = accepted.ValidUntilMs - accepted.AcceptedAtMs < 60_000;
            Assert.True(isShort || status != MessageStatus.Expired, $"seed {seed}: {accepted.Id} waited until it expired");
        }
    }

    private static void CheckWindows(RecipientRun run, int seed, List<SeenDeparture> departures)
    {
        foreach (IGrouping<int, SeenDeparture> contact in departures.GroupBy(static d => d.Contact))
        {
            SeenDeparture[] all = [.. contact.OrderBy(static d => d.Departure.WrittenAt)];
            for (int i = 0; i < all.Length; i++)
            {
                long at = all[i].Departure.WrittenAt;
                (long afterCommit, _, RecipientLimit limit) = run.Limits.Last(l => l.From <= at);
                if (all[i].LeavingCommit <= afterCommit)
                {
                    continue; // its place is of an older limit
                }

                int within = all[..(i + 1)].Count(d => at - d.Departure.WrittenAt <= limit.WindowSeconds * run.Second);
                Assert.True(within <= limit.Count, $"seed {seed}: {within} departures to contact {contact.Key} in {limit} before {at}");
            }
        }
    }
}
