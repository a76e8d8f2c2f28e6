using Router.Core.Messages;
using Router.Simulation.Model;

namespace Router.Simulation;

/// <content>
/// Shares, once all is at rest. One tenant posts many messages, sometimes long ones, another a few, behind them: whatever went on before, the few must not wait for more than their turn's worth of the many.
/// And a tenant with work has its limit: not less than 0.95 of it leaves (DESIGN §4.5).
/// </content>
internal sealed partial class SimulationRun
{
    private const int Many = 120;
    private const int Few = 4;
    private const int LongText = 320;
    private const int LongSegments = 3;
    private readonly List<Wish> turns = []; // what each segment was of
    private readonly List<(long At, MessageId Message)> departures = [];
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
        int[] owned = [.. Shards.Where(s => door.Engine.Owns(s))];
        if (owned.Length == 0)
        {
            return; // one that owns nothing has nothing to share out
        }

        // Nothing leaves before all are there.
        takesTurns = true;
        bool isLong = Chance(0.5);
        SimulatedProvider account = door.Providers.Made.First(static p => p is { IsGone: false, Account.Name: "r" });
        account.Turn(false);
        PostPlain(door, 1, owned[0], Many, isLong);
        PostPlain(door, 2, owned[Random.Next(owned.Length)], Few);
        PassQuietly(500);
        account.Turn(true);
        PassUntilEnded(); // who is blocked is rejected

        takesTurns = false;
        int lastOfFew = turns.FindLastIndex(static w => w.Tenant == 2) + 1;
        Violation.Unless(Ledger.Unfinished == 0, $"{Ledger.Unfinished} of {Many + Few} messages have no end, {turns.Count} segments left once all was at rest");
        Coverage.Count(isLong ? "act: shares beside long messages" : "act: shares");

        // Shares differ by two turns, an eighth of the window each and here one segment, and two releases; a window may be released before the few are seen.
        int allowed = (Few * 2) + 2 + (2 * SimulatedProvider.WindowMax) + ((isLong ? LongSegments : 1) * Options.ReleaseBatchMax);
        Violation.Unless(lastOfFew <= allowed, $"{Few} messages of tenant 2 left among the first {lastOfFew} segments, their fair share is among the first {allowed}: {string.Join(' ', turns.Select(static w => w.Tenant))}");
        if (Chance(0.3))
        {
            PostUrgent(door, owned[Random.Next(owned.Length)]);
        }

        if (Chance(0.3))
        {
            PostAtLimit(door, owned);
        }

        if (Chance(0.15))
        {
            PostMix(door, owned);
        }
    }

    private void PostAtLimit(SimulatedSilo door, int[] owned)
    {
        int perSecond = 20 + Random.Next(80);
        Publish(Plan.With(Plan.Tenant(1) with { PerSecond = perSecond }));
        PassQuietly(3_000);
        SimulatedProvider account = door.Providers.Made.First(static p => p is { IsGone: false, Account.Name: "r" });
        account.Turn(false);
        int ofEach = perSecond * 5 / owned.Length;
        for (int i = 0; i < owned.Length; i++)
        {
            PostPlain(door, 1, owned[i], ofEach);
        }

        account.Turn(true);
        departures.Clear();
        long from = Time.GetTimestamp() + (1_000 * SimulatedTime.TicksAMs);
        for (int ms = 0; ms < 3_000; ms += 2)
        {
            RunUntilQuiet(SettleStepMs);
            Time.Advance(2);
        }

        bool hadWork = Ledger.Unfinished > 0; // who is blocked is rejected
        long until = from + (2_000 * SimulatedTime.TicksAMs);
        int left = departures.Count(d => d.At >= from && d.At < until);
        PassUntilEnded();
        Coverage.Count(hadWork ? "act: a limit was used up" : "act: a limit was not used up");
        Violation.Unless(!hadWork || left >= (0.95 * 2 * perSecond) - 1, $"{left} messages left in two seconds, of {perSecond} a second that tenant 1 may send and has waiting");
        Violation.Unless(Ledger.Unfinished == 0, $"{Ledger.Unfinished} messages have no end after a limit was used up");

        // Shards of one lane that have as much each take turns by a quarter of it: whoever still has something had a quarter of its even share at the least, as a turn may begin before all of a shard's is
        // offered. One of which messages were rejected had less.
        foreach (int shard in owned.Where(s => hadWork && departures.Exists(d => d.Message.Shard == s && d.At >= until) && departures.Count(d => d.Message.Shard == s) == ofEach))
        {
            int ofShard = departures.Count(d => d.Message.Shard == shard && d.At >= from && d.At < until);
            Coverage.Count("act: shards took turns at a limit");
            Violation.Unless(ofShard >= (left / owned.Length / 4) - 2, $"shard {shard} had {ofShard} of {left} departures in two seconds, of {owned.Length} shards that had as much each");
        }
    }

    private void PassUntilEnded()
    {
        for (int ms = 0; ms < 60_000 && Ledger.Unfinished > 0; ms += 500)
        {
            PassQuietly(500);
        }
    }

    private void PostPlain(SimulatedSilo door, int tenant, int shard, int count, bool isLong = false, string purpose = "otp")
    {
        for (int i = 0; i < count; i++)
        {
            for (int left = 0; left < 100 && !TryPostPlain(door, tenant, shard, isLong ? LongText : 0, purpose); left++)
            {
                PassQuietly(SettleStepMs); // the queue is short
            }
        }
    }

    private bool TryPostPlain(SimulatedSilo door, int tenant, int shard, int length, string purpose)
    {
        string text = $"{Plan.Tenant(tenant).Name} t{wishes.Count} ";
        var wish = new Wish
        {
            Tenant = tenant, Channel = "sms", To = DrawNumber(tenant, "sms", shard), Text = text.PadRight(length, 'x'), Purpose = purpose, Priority = "normal", ValiditySeconds = 3_600,
        };
        wishes.Add(wish.Text, wish);
        Post(wish, door);
        return posts[^1].IsOwed;
    }
}
