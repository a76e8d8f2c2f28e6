using System.Globalization;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Core.Times;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Shards;

/// <summary>Whatever a provider's pace, no marketing is written while the clock on its recipient's wall shows a quiet time, by plain arithmetic on that clock; and all of it leaves in the end.</summary>
public sealed class QuietProperties
{
    private const int Steps = 2_500;

    // The clock starts at 12:00 UTC. One of the contacts has a zone of its own, an hour ahead: to it these hours are long past.
    private static readonly (string From, string To)[] Windows = [("12:01", "12:02"), ("12:02", "12:04"), ("11:00", "12:01"), ("12:03", "11:58")];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void No_marketing_is_written_in_quiet_hours_and_all_of_it_leaves(int seed)
    {
        var random = new Random(seed);
        Tenant[] tenants = [.. Windows.Select((w, i) => new Tenant(i + 1, "tenant-" + (i + 1), new TenantSettings { Name = "T", Senders = ["+39000"], QuietHours = new QuietHours(w.From, w.To) }))];
        using var h = new EngineHarness(seed, new EngineOptions { ReleaseBatchMax = 1 + random.Next(8) }, prepare: static p => p.WritesAtOnce = false);
        h.Configure(tenants, [EngineHarness.Account(1, "p")]);
        h.Own(5);
        h.Advance(300, 50);
        foreach (Tenant tenant in tenants)
        {
            for (int contact = 1; contact <= 3; contact++)
            {
                int zone = contact == 3 ? TimeZones.NumberOf("Africa/Lagos") : 0;
                h.SetFlags(f => f.With(Purpose.Marketing, ConsentState.Granted).WithTimeZone(zone), contact, tenant: tenant.Number);
            }
        }

        h.RunUntilIdle();
        int looked = 0;
        int quietWaits = 0;
        for (int step = 0; step < Steps; step++)
        {
            if (random.Next(8) == 0)
            {
                h.Queue(1 + random.Next(3), tenant: tenants[random.Next(tenants.Length)], purpose: Purpose.Marketing, validitySeconds: 604_800);
            }

            h.Provider.Window = random.Next(6);
            h.Time.Advance(1 + random.Next(200));
            if (random.Next(3) == 0)
            {
                h.RunUntilIdle();
            }
            else
            {
                h.Run();
            }

            if (random.Next(2) == 0)
            {
                h.Provider.Write(); // some that were released up to 250 ms ago; what is older lapses
                h.Provider.SettleAll(Providers.OutcomeKind.Sent);
            }

            for (; looked < h.Provider.Written.Count; looked++)
            {
                ScriptedDeparture departure = h.Provider.Written[looked];
                Posted posted = h.ByText[departure.Text];
                (string from, string to) = Windows[posted.Request.Tenant!.Number - 1];
                bool elsewhere = Enumerable.Range(1, Windows.Length).Any(t => posted.Request.Contact == EngineHarness.Contact(3, 5, t));
                DateTimeOffset wall = DateTimeOffset.FromUnixTimeMilliseconds(Some.NowMs).AddTicks(departure.WrittenAt - h.StartedAt).AddHours(elsewhere ? 1 : 0);
                bool quiet = TimeOnly.FromDateTime(wall.DateTime).IsBetween(TimeOnly.Parse(from, CultureInfo.InvariantCulture), TimeOnly.Parse(to, CultureInfo.InvariantCulture));
                Assert.False(quiet, $"seed {seed}: {departure.Text} was written at {wall:HH:mm:ss.fff}, quiet from {from} to {to}");
            }

            quietWaits += h.ByText.Count > 0 && step % 100 == 0 ? h.ByText.Values.Count(p => h.Stored(p.Id).Any(static e => e.Reason == Reason.QuietHours)) : 0;
        }

        Assert.True(quietWaits > 0);
        h.Provider.Write();
        h.Provider.SettleAll();
        h.Provider.WritesAtOnce = true;
        h.Provider.Policy = ScriptedPolicy.Smooth;
        h.Provider.Window = 100;
        h.Advance(86_400_000, 60_000);
        h.AssertAllEnded();
        Assert.All(h.ByText.Values, p => Assert.Contains(MessageStatus.Sent, h.Statuses(p)));
    }
}
