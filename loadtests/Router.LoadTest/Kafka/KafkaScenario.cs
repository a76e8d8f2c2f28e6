using System.Globalization;
using System.Text.Json;
using Router.JournalBench;
using Router.LoadTest.Carrier;
using Router.LoadTest.Scenarios;

namespace Router.LoadTest.Kafka;

/// <summary>
/// Kafka → keep → decide → loopback → Kafka, on a real broker, and the same with a journal that keeps nothing; beside the limits: a loop of the bare client over the same records, an Orleans
/// stream event a record, raw SQLite inserts. In turns, so that a machine that changes changes all of them; then a trickle's latency to the provider. Prints the ratios.
/// </summary>
internal sealed class KafkaScenario : Scenario
{
    private const int RawRows = 400_000;
    private const int RawPageBytes = 4_096;
    private const string BareTopic = "bare.out";
    private const int SettleMs = 3_000; // beyond TopicWatch's interval

    // Issue 7.
    private const double UnkeptShareMin = 0.6;
    private const double UnkeptRateMin = 88_000;
    private const double KeptOfRawMin = 0.12;
    private const double OwnBytesMax = 64;
    private const double TrickleMedianMsMax = 10;

    internal override string Name => "kafka";

    internal override async Task RunAsync(LoadRun run)
    {
        long count = run.Options.Messages;
        using Broker broker = await Broker.StartAsync(run.Scratch("broker"));
        await broker.AddTopicAsync(BareTopic, RouterSide.Partitions);
        using RouterSide kept = await RouterSide.StartAsync(run, broker, "kept", unkept: false);
        using RouterSide unkept = await RouterSide.StartAsync(run, broker, "unkept", unkept: true);
        using var bare = await HelperSide.StartAsync(BareLoop.Command, broker);
        using var events = await HelperSide.StartAsync(StreamEvents.Command, broker);

        run.Mark($"warm-up, {run.Options.Warm:N0} records each", prepares: true);
        (Turn warm, string topic) = await kept.TurnAsync(run.Options.Warm);
        long perThousand = (long)Math.Round(warm.Written * 1_000);
        await unkept.TurnAsync(run.Options.Warm);
        await BareAsync(broker, bare, topic, run.Options.Warm, perThousand);
        await events.AskAsync($"{topic} {run.Options.Warm}");

        Side[] sides = [new("Router"), new("Router, nothing kept"), new("bare loop of the client"), new("an Orleans stream event a record")];
        List<double> raw = [];
        for (int round = 1; round <= run.Options.Rounds; round++)
        {
            run.Mark($"round {round} of {run.Options.Rounds}, {count:N0} records a turn");
            raw.Add(RawInserts.Run(run.Scratch($"raw{round}"), (int)Math.Min(RawRows, count), RawPageBytes));
            (Turn turn, topic) = await kept.TurnAsync(count);
            sides[0].Add(run, turn);
            perThousand = (long)Math.Round(turn.Written * 1_000);
            sides[2].Add(run, await BareAsync(broker, bare, topic, count, perThousand));
            sides[1].Add(run, (await unkept.TurnAsync(count)).Turn);
            sides[3].Add(run, Told(await events.AskAsync($"{topic} {count}"), count));
        }

        Tell(run, sides, raw.Average());
        await TrickleAsync(run, broker, kept);
    }

    private static void Tell(LoadRun run, Side[] sides, double raw)
    {
        run.Figure("raw SQLite inserts (300 B, 1,000 a transaction, WAL, FULL)", raw, "1/s");
        foreach (Side side in sides)
        {
            side.Tell(run);
        }

        (Side kept, Side unkept, Side bare, Side events) = (sides[0], sides[1], sides[2], sides[3]);
        run.Figure("Router / bare loop", kept.PerSecond / bare.PerSecond, "×");
        run.Figure("Router / raw inserts", kept.PerSecond / raw, "×");
        run.Figure("Router / a stream event a record", kept.PerSecond / events.PerSecond, "×");
        run.Figure("nothing kept / bare loop", unkept.PerSecond / bare.PerSecond, "×");
        run.Figure("nothing kept / a stream event a record", unkept.PerSecond / events.PerSecond, "×");
        run.Figure("CPU a record, bare loop / nothing kept", bare.CpuMicros / unkept.CpuMicros, "×");
        run.Check($"nothing kept: ≥ {UnkeptShareMin} of the bare loop", unkept.PerSecond / bare.PerSecond >= UnkeptShareMin, $"{unkept.PerSecond / bare.PerSecond:0.00}", timed: true);
        run.Check($"nothing kept: above the {UnkeptRateMin:N0}/s of a Kafka Streams topology", unkept.PerSecond > UnkeptRateMin, $"{unkept.PerSecond:N0}/s", timed: true);
        run.Check($"kept: ≥ {KeptOfRawMin} of raw inserts", kept.PerSecond / raw >= KeptOfRawMin, $"{kept.PerSecond / raw:0.00}", timed: true);
        run.Check($"own garbage a record beyond the client's: ≤ {OwnBytesMax} B (nothing kept)", unkept.Bytes - bare.Bytes <= OwnBytesMax, $"{unkept.Bytes:N0} less {bare.Bytes:N0} B", timed: true);
        run.Check($"own garbage a record beyond the client's: ≤ {OwnBytesMax} B (kept)", kept.Bytes - bare.Bytes <= OwnBytesMax, $"{kept.Bytes:N0} less {bare.Bytes:N0} B", timed: true);
    }

    private static async Task<Turn> BareAsync(Broker broker, HelperSide bare, string topic, long count, long perThousand)
    {
        Task<JsonElement> ended = Task.FromResult(default(JsonElement));
        Turn turn = await new TurnWatch(broker, BareTopic, bare.Pid).FollowAsync(count, count * perThousand / 1_000, () =>
        {
            ended = bare.AskAsync(string.Create(CultureInfo.InvariantCulture, $"{topic} {count} {RouterSide.Events} {BareTopic} {perThousand}"));
            return Task.CompletedTask;
        });
        return turn with { Bytes = (await ended).GetProperty("allocated").GetDouble() / count };
    }

    private static Turn Told(JsonElement told, long count) => new(
        count / told.GetProperty("seconds").GetDouble(), told.GetProperty("cpu").GetDouble() * 1e6 / count, 0, told.GetProperty("allocated").GetDouble() / count, 0);

    // Produced one by one, far below what goes, to a carrier that sees when each arrives.
    private static async Task TrickleAsync(LoadRun run, Broker broker, RouterSide side)
    {
        const int PerSecond = 50;
        double seconds = run.Options.Seconds ?? 20;
        run.Mark($"a trickle, {PerSecond}/s, to a carrier by SMPP");
        await run.StartCarrierAsync();
        await side.Administration.UseSmppAsync(run.Carrier!.Port, run.Options.Binds, run.Options.Window);
        const string Topic = "router.outbound.trickle";
        await broker.AddTopicAsync(Topic, RouterSide.Partitions);
        await side.Administration.AddTenantAsync("trickle", ["+390099"]);
        var trickle = new Trickle(broker.Servers, Topic);
        trickle.Run(3 * PerSecond, PerSecond, flow: 1); // until its topic is read
        await Task.Delay(SettleMs);
        trickle.Run(3 * PerSecond, PerSecond, flow: 1);
        await Task.Delay(SettleMs);
        await run.Carrier.MarkAsync();
        int sent = (int)(seconds * PerSecond);
        trickle.Run(sent, PerSecond, flow: 0);
        await Task.Delay(SettleMs);
        CarrierSum sum = await run.Carrier.MarkAsync();
        run.Check("trickle: each record arrives once", sum.Different == sent && sum.Again == 0, $"{sum.Different:N0} of {sent:N0}, {sum.Again:N0} again");
        run.Latency("trickle: produced → handed to the provider", sum.Handed[0]);
        run.Check($"trickle: produced → handed to the provider, median ≤ {TrickleMedianMsMax} ms", sum.Handed[0].P50 <= TrickleMedianMsMax, $"{sum.Handed[0]}", timed: true);
    }
}
