using Router.Simulation.Model;

namespace Router.Simulation;

/// <content>
/// Fair shares, once all is at rest: one tenant posts many messages, another a few, behind them. Whatever went on before, the few must not wait for more than their turn's worth of the many.
/// </content>
internal sealed partial class SimulationRun
{
    private const int Many = 120;
    private const int Few = 4;
    private readonly List<int> turns = [];
    private bool takesTurns;

    private void PostInTurn()
    {
        if (Plan.Tenants.Count < 2)
        {
            return;
        }

        // One account with a small window, and nothing but it in anybody's way.
        Publish(Plan with
        {
            SmsRoute = ["r"], Accounts = [.. Plan.Accounts.Select(static a => a with { PerSecond = null, InFlight = 4 })],
            Tenants = [.. Plan.Tenants.Select(static t => t with { PerSecond = null, PerSms = null, PerSender = null, PerRecipient = null, Price = 0, Region = null, WaitingMax = 1_000_000 })],
        });
        PassQuietly(3_000);
        SimulatedSilo door = silos[0];
        int shard = Shards.FirstOrDefault(s => door.Engine.Owns(s), -1);
        if (shard < 0)
        {
            return; // one that owns nothing has nothing to share out
        }

        // Nothing leaves before all are there.
        takesTurns = true;
        SimulatedProvider account = door.Providers.Made.First(static p => p is { IsGone: false, Account.Name: "r" });
        account.Turn(false);
        PostPlain(door, 1, shard, Many);
        PostPlain(door, 2, shard, Few);
        PassQuietly(500);
        account.Turn(true);
        for (int ms = 0; ms < 60_000 && Ledger.Unfinished > 0; ms += 500)
        {
            PassQuietly(500); // who is blocked is rejected
        }

        int lastOfFew = turns.LastIndexOf(2) + 1;
        Violation.Unless(Ledger.Unfinished == 0, $"{Ledger.Unfinished} of {Many + Few} messages have no end, {turns.Count} left once all was at rest");

        // A turn is at most an eighth of the window, here one segment; a window may be released before the few are seen.
        int allowed = (Few * 2) + (2 * SimulatedProvider.WindowMax) + Options.ReleaseBatchMax;
        Violation.Unless(lastOfFew <= allowed, $"{Few} messages of tenant 2 left among the first {lastOfFew}, their fair share is among the first {allowed}: {string.Join(' ', turns)}");
    }

    private void PostPlain(SimulatedSilo door, int tenant, int shard, int count)
    {
        for (int i = 0; i < count; i++)
        {
            for (int left = 0; left < 100 && !TryPostPlain(door, tenant, shard); left++)
            {
                PassQuietly(SettleStepMs); // the queue is short
            }
        }
    }

    private bool TryPostPlain(SimulatedSilo door, int tenant, int shard)
    {
        var wish = new Wish
        {
            Tenant = tenant, Channel = "sms", To = DrawNumber(tenant, "sms", shard), Text = $"{Plan.Tenant(tenant).Name} t{wishes.Count} ", Purpose = "otp", Priority = "normal", ValiditySeconds = 3_600,
        };
        wishes.Add(wish.Text, wish);
        Post(wish, door);
        return posts[^1].IsOwed;
    }
}
