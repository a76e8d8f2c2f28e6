using Router.Core.Tenants;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Recipients;

/// <summary>More messages have a place in their recipient's limit than it has places.</summary>
public sealed class PlaceTests
{
    private const int WindowMs = 60_000;
    private readonly MemoryStore store = new();
    private readonly SteppedTime time = new();

    // Guards against a place that is used twice: its release had ended so long ago that another took it, and then the provider said that nothing had left, or its owner died.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_place_that_another_took_before_it_came_back_is_not_used_by_both(bool restart)
    {
        EngineHarness h = Begin();
        Posted[] posted = [h.Post(1, tenant: h.Engine.Configuration.Tenants[0]), h.Post(1, tenant: h.Engine.Configuration.Tenants[0])];
        Assert.Equal(["m0"], h.Provider.Departures.Select(static d => d.Text));
        h.Advance(WindowMs + 2_500, 50); // whatever left by that release's end leaves the window
        Assert.All(posted, p => Assert.True(store.LeavingOf(p.Id).IsOpen));
        if (restart)
        {
            h.Journal.Crash();
            h.Dispose();
            h = Begin();
        }

        h.Provider.WritesAtOnce = true;
        h.Provider.Write(); // lapsed
        h.Advance((WindowMs * 2) + 10_000, 50, () => h.Provider.SettleAll());
        Assert.Equal(["m0", "m1"], store.Snapshot().Select(m => m.Accepted.Id).Order().Select(id => h.Provider.Written.Single(d => d.Id == id).Text));
        long[] at = [.. h.Provider.Written.Select(d => d.WrittenAt / (time.TimestampFrequency / 1_000))];
        Assert.True(at[1] - at[0] > WindowMs, $"{at[1] - at[0]} ms lie between them");
        h.Dispose();
    }

    private EngineHarness Begin()
    {
        var h = new EngineHarness(store: store, time: time, prepare: static p => p.WritesAtOnce = false);
        h.Configure([EngineHarness.TenantWith(new TenantLimits { PerRecipient = new RecipientLimit(1, WindowMs / 1_000) })], [EngineHarness.Account(1, "p")]);
        h.Own(5);
        h.Advance(400, 50);
        return h;
    }
}
