namespace Router.Simulation;

/// <content>Shares of purposes, once all is at rest: what is urgent goes first, and at a limit that it would use up nobody else stands still, long messages neither.</content>
internal sealed partial class SimulationRun
{
    private const int Services = 60;
    private const int Passwords = 4;
    private const int MixMs = 14_000;
    private const int GapMs = 8_000;
    private const int PasswordWaitMs = 1_500;

    private void PostUrgent(SimulatedSilo door, int shard)
    {
        // A link of its own: classes at it owe each other nothing.
        Publish(Plan with { Accounts = [.. Plan.Accounts.Select(static a => a with { InFlight = 5 })] });
        PassQuietly(3_000);
        SimulatedProvider account = door.Providers.Made.First(static p => p is { IsGone: false, Account.Name: "r" });
        account.Turn(false);
        turns.Clear();
        takesTurns = true;
        PostPlain(door, 1, shard, Services, purpose: "service");
        PostPlain(door, 1, shard, Passwords);
        PassQuietly(500);
        account.Turn(true);
        PassUntilEnded();
        takesTurns = false;
        Violation.Unless(Ledger.Unfinished == 0, $"{Ledger.Unfinished} messages have no end after urgent ones came behind others");
        int last = turns.FindLastIndex(static w => w.Purpose == "otp") + 1;
        Coverage.Count("act: urgent ones behind others");

        // One of sixteen is the others'; a window may be released before the urgent ones are seen, and another while their shard answers.
        int allowed = (Passwords * 16 / 15) + (2 * SimulatedProvider.WindowMax) + Options.ReleaseBatchMax + 2;
        Violation.Unless(last <= allowed, $"{Passwords} one-time passwords left among the first {last} segments, theirs are the first {allowed}: {string.Join(' ', turns.Select(static w => w.Purpose))}");
    }

    // Passwords come evenly, more than a limit lets go or less than half of it, beside a few others, of which half are long.
    private void PostMix(SimulatedSilo door, int[] owned)
    {
        int perSecond = 20 + Random.Next(41);
        bool isOfAccount = Chance(0.5);
        bool usesUp = Chance(0.6);
        Publish(Plan with
        {
            Accounts = [.. Plan.Accounts.Select(a => a with { PerSecond = isOfAccount ? perSecond : null, InFlight = 8 })],
            Tenants = [.. Plan.Tenants.Select(t => t with { PerSecond = isOfAccount ? null : perSecond })],
        });
        PassQuietly(3_000);
        departures.Clear();
        long from = Time.GetTimestamp();
        var mix = new List<(Posted Posted, long At)>();
        int[] shards = Chance(0.5) ? [owned[Random.Next(owned.Length)]] : owned;
        int others = 0;
        double passwordsAMs = perSecond * (usesUp ? 1.2 : 0.4) / 1_000;
        for (int passwords = 0; (Time.GetTimestamp() - from) / SimulatedTime.TicksAMs is var ms && ms < MixMs;)
        {
            // Behind passwords that use the limit already.
            for (; ms >= 2_000 && others < 10; others++)
            {
                int length = others % 2 == 0 ? 0 : (153 * (2 + Random.Next(4))) + 1; // 3 to 6 segments
                Mix(mix, door, shards[others % shards.Length], length, "service");
            }

            for (; passwords < ms * passwordsAMs; passwords++)
            {
                Mix(mix, door, owned[Random.Next(owned.Length)], 0, "otp");
            }

            RunUntilQuiet(SettleStepMs);
            Time.Advance(2 + Random.Next(4));
        }

        PassUntilEnded();
        Violation.Unless(Ledger.Unfinished == 0, $"{Ledger.Unfinished} messages have no end after a mix at a limit");
        Coverage.Count(usesUp ? "act: a mix that uses up a limit" : "act: a mix at a limit");
        string story = $"of {perSecond} a second of the {(isOfAccount ? "account" : "tenant")}, passwords are {(usesUp ? 120 : 40)} %";
        LookAtGaps(mix, "otp", from, perSecond, story);
        LookAtGaps(mix, "service", from, perSecond, story);
        foreach ((Posted one, long at) in mix.Where(m => !usesUp && m.Posted.Wish.Purpose == "otp" && LeftAt(m.Posted) > 0))
        {
            long waited = (LeftAt(one) - at) / SimulatedTime.TicksAMs;
            Violation.Unless(waited < PasswordWaitMs, $"the one-time password {one.Id} waited {waited} ms, {story}");
        }
    }

    private void Mix(List<(Posted Posted, long At)> mix, SimulatedSilo door, int shard, int length, string purpose)
    {
        for (int left = 0; left < 100 && !TryPostPlain(door, 1, shard, length, purpose); left++)
        {
            PassQuietly(SettleStepMs); // the queue is short
        }

        mix.Add((posts[^1], Time.GetTimestamp()));
    }

    // 0: it was rejected.
    private long LeftAt(Posted one) => departures.Find(d => d.Message == one.Id).At;

    // Whoever has something that may leave has a departure again and again. What left lately uses up its class's sixteenth for a while (of the moments in which it competes: at a limit that is used
    // up not all are), and a limit of segments lets others pass a long message by for 4 s; then it is a second, or two where another stands before it, until it has what it needs.
    private void LookAtGaps(List<(Posted Posted, long At)> mix, string purpose, long from, int perSecond, string story)
    {
        long second = 1_000 * SimulatedTime.TicksAMs;
        long before = from;
        var left = mix.Where(m => m.Posted.Wish.Purpose == purpose).Select(m => (m.Posted, m.At, Left: LeftAt(m.Posted))).Where(static m => m.Left > 0).OrderBy(static m => m.Left).ToList();
        foreach ((Posted one, long at, long leaves) in left)
        {
            long gap = (leaves - Math.Max(before, at)) / SimulatedTime.TicksAMs;
            int lately = left.Where(m => m.Left <= before && m.Left > before - (2 * second)).Sum(static m => m.Posted.Wish.Segments);
            long allowed = (lately * 24_000 / perSecond) + GapMs;
            Violation.Unless(
                gap <= allowed,
                $"no {purpose} left for {gap} ms before {one.Id}, a message of {one.Wish.Segments} segments that waited since {(at - from) / SimulatedTime.TicksAMs} ms, {story}; {allowed} are allowed after {lately} segments");
            before = Math.Max(before, leaves);
        }
    }
}
