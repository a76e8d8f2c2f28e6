using System.Buffers;
using System.Text.Json;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Limits;
using Router.Engine.Providers;
using Router.Engine.Shards;
using Router.FrontDoor.Messages;
using Router.Grains.Administration;

namespace Router.FrontDoor.Dashboard;

/// <summary>
/// How everything is, as one JSON object: what <c>/dashboard</c> shows. Made when somebody looks and at most once a second, however many look; nobody looking costs nothing.
/// Totals count from each silo's start: whoever wants rates takes differences.
/// </summary>
internal sealed class LiveFeed(IAdministration administration, IShards shards, TimeProvider time) : IDisposable
{
    /// <summary>How often it is made anew.</summary>
    internal static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    // As many rows as a person can look at; the page says that there are more.
    private const int LanesMax = 500;

    private readonly SemaphoreSlim turn = new(1);
    private readonly long begun = time.GetTimestamp();
    private byte[] newest = [];
    private long madeAt;
    private TimeSpan pausesBefore;
    private long pausesAt = time.GetTimestamp();

    /// <summary>The newest look, at most a second old.</summary>
    internal async ValueTask<ReadOnlyMemory<byte>> LookAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (newest.Length == 0 || time.GetElapsedTime(madeAt) >= Every * 0.9)
            {
                newest = Compose(
                    await administration.SilosAsync(cancellationToken), await administration.ShardsAsync(cancellationToken), (await shards.QueuesAsync(default, cancellationToken)).Queues);
                madeAt = time.GetTimestamp();
            }

            return newest;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private byte[] Compose(IReadOnlyList<SiloLook> silos, IReadOnlyList<ShardPlacement> placements, IReadOnlyList<QueueState> queues)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using var json = new Utf8JsonWriter(buffer);
        Configuration configuration = administration.Current;
        json.WriteStartObject();
        json.WriteString("at"u8, time.GetUtcNow().UtcDateTime);
        json.WriteNumber("uptimeSeconds"u8, (long)time.GetElapsedTime(begun).TotalSeconds);
        if (administration.NotReadyBecause is { } reason)
        {
            json.WriteString("notReady"u8, reason);
        }

        json.WriteNumber("waiting"u8, placements.Sum(static p => (long)p.Waiting));
        SiloFigures[] figures = [.. silos.Select(static s => s.Figures).OfType<SiloFigures>()];
        WriteMessages(json, figures);
        WriteProcess(json, figures);
        WriteProviders(json, configuration, silos, queues);
        WriteLanes(json, configuration, queues);
        WriteLimits(json, configuration, figures);
        KafkaLook.Write(json, figures);
        WriteSilos(json, silos);
        WriteShards(json, placements);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteMessages(Utf8JsonWriter json, SiloFigures[] figures)
    {
        json.WriteStartArray("messages"u8);
        foreach (var sum in figures.SelectMany(static f => f.Messages).GroupBy(static m => (m.Status, m.Reason)))
        {
            json.WriteStartObject();
            json.WriteString("status"u8, WireNames.Of(sum.Key.Status));
            if (sum.Key.Reason != Reason.None)
            {
                json.WriteString("reason"u8, WireNames.Of(sum.Key.Reason));
            }

            json.WriteNumber("count"u8, sum.Sum(static m => m.Count));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteQuantiles(json, "waitSeconds", figures.Max(static f => f.WaitHalf), figures.Max(static f => f.WaitMost));
    }

    private void WriteProcess(Utf8JsonWriter json, SiloFigures[] figures)
    {
        json.WriteStartObject("journal"u8);
        json.WriteNumber("commits"u8, figures.Sum(static f => f.Commits));
        json.WriteNumber("entries"u8, figures.Sum(static f => f.Entries));
        json.WriteNumber("walBytes"u8, figures.Sum(static f => f.WalBytes));
        WriteQuantiles(json, "commitSeconds", figures.Max(static f => f.CommitHalf), figures.Max(static f => f.CommitMost));
        if (figures.Select(static f => f.JournalFault).OfType<string>().FirstOrDefault() is { } fault)
        {
            json.WriteString("fault"u8, fault);
        }

        json.WriteEndObject();
        json.WriteStartObject("receipts"u8);
        json.WriteNumber("awaited"u8, figures.Sum(static f => (long)f.ReceiptsAwaited));
        json.WriteNumber("unmatched"u8, figures.Sum(static f => (long)f.ReceiptsUnmatched));
        json.WriteEndObject();
        json.WriteNumber("memoryBytes"u8, figures.Sum(static f => f.MemoryBytes));
        if (figures.Length > 0)
        {
            // Of the silo that was stopped longest.
            TimeSpan pauses = figures.Max(static f => f.GcPauses);
            TimeSpan since = time.GetElapsedTime(pausesAt);
            json.WriteNumber("gcPauseRatio"u8, since > TimeSpan.Zero ? Math.Clamp((pauses - pausesBefore) / since, 0, 1) : 0);
            (pausesBefore, pausesAt) = (pauses, time.GetTimestamp());
        }
    }

    private static void WriteQuantiles(Utf8JsonWriter json, string name, TimeSpan? half, TimeSpan? most)
    {
        if (half is { } p50 && most is { } p99)
        {
            json.WriteStartObject(name);
            json.WriteNumber("p50"u8, p50.TotalSeconds);
            json.WriteNumber("p99"u8, p99.TotalSeconds);
            json.WriteEndObject();
        }
    }

    private static void WriteProviders(Utf8JsonWriter json, Configuration configuration, IReadOnlyList<SiloLook> silos, IReadOnlyList<QueueState> queues)
    {
        ILookup<int, ProviderOnSilo> looks = silos.SelectMany(static s => s.Providers).ToLookup(static p => p.Number);
        json.WriteStartArray("providers"u8);
        foreach (ProviderAccount account in configuration.Providers.OrderBy(static p => p.Name, StringComparer.Ordinal))
        {
            ProviderOnSilo[] here = [.. looks[account.Number]];
            json.WriteStartObject();
            json.WriteString("provider"u8, account.Name);
            json.WriteString("kind"u8, account.Settings.Kind);
            json.WriteString("state"u8, StateOf(account, here));
            json.WriteString("breaker"u8, BreakerOf(here));
            json.WriteStartObject("sessions"u8);
            json.WriteNumber("open"u8, here.Sum(static p => p.SessionsOpen));
            json.WriteNumber("wanted"u8, here.Sum(static p => p.SessionsWanted));
            json.WriteEndObject();
            json.WriteNumber("inFlight"u8, here.Sum(static p => p.InFlight));
            json.WriteNumber("window"u8, here.Sum(static p => p.Window));
            json.WriteNumber("unkept"u8, here.Sum(static p => p.Unkept));
            json.WriteBoolean("throttled"u8, here.Any(static p => p.IsThrottled));
            json.WriteNumber("waiting"u8, queues.Where(q => q.Provider == account.Number).Sum(static q => q.Ready + q.Deferred));
            WriteQuantiles(json, "latencySeconds", here.Max(static p => p.LatencyHalf), here.Max(static p => p.LatencyMost));
            json.WriteStartObject("outcomes"u8);
            foreach (OutcomeKind kind in Enum.GetValues<OutcomeKind>())
            {
                json.WriteNumber(JsonNamingPolicy.CamelCase.ConvertName(kind.ToString()), here.Sum(p => p.Outcomes[(int)kind]));
            }

            json.WriteEndObject();
            if (here.Where(static p => p.LastErrorAt is not null).MaxBy(static p => p.LastErrorAt) is { LastError: { } error } last)
            {
                json.WriteString("lastError"u8, error);
                json.WriteString("lastErrorAt"u8, MessageJson.Rfc3339(last.LastErrorAt!.Value.ToUnixTimeMilliseconds()));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string StateOf(ProviderAccount account, ProviderOnSilo[] here) =>
        !account.Settings.Enabled ? "disabled"
        : account.IsDraining ? here.All(static p => p.InFlight == 0) ? "drained" : "draining"
        : here.Any(static p => p.IsUp) ? "up" : "down";

    private static string BreakerOf(ProviderOnSilo[] here) =>
        Array.Exists(here, static p => p.Breaker == Engine.Dispatch.BreakerState.Open) ? "open"
        : Array.Exists(here, static p => p.Breaker == Engine.Dispatch.BreakerState.HalfOpen) ? "half-open" : "closed";

    private void WriteLanes(Utf8JsonWriter json, Configuration configuration, IReadOnlyList<QueueState> queues)
    {
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        json.WriteStartArray("lanes"u8);
        foreach (QueueState queue in queues.Where(static q => q.Ready + q.Deferred > 0).OrderByDescending(static q => q.Ready + q.Deferred).Take(LanesMax))
        {
            json.WriteStartObject();
            json.WriteString("tenant"u8, configuration.FindTenant(queue.Tenant)?.Name ?? "(deleted)");
            if (configuration.FindProvider(queue.Provider) is { } account)
            {
                json.WriteString("provider"u8, account.Name);
            }

            json.WriteString("purpose"u8, WireNames.Of(queue.Purpose));
            json.WriteString("priority"u8, WireNames.Of(queue.Priority));
            json.WriteNumber("waiting"u8, queue.Ready + queue.Deferred);
            if (queue.Ready > 0)
            {
                json.WriteNumber("oldestSeconds"u8, Math.Max(nowMs - queue.OldestMs, 0) / 1000.0);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteLimits(Utf8JsonWriter json, Configuration configuration, SiloFigures[] figures)
    {
        json.WriteStartArray("limits"u8);
        foreach (var reached in figures.SelectMany(static f => f.Limits).GroupBy(static l => (l.Kind, l.Owner, l.Part)))
        {
            (LimitKind kind, int owner, uint part) = reached.Key;
            json.WriteStartObject();
            json.WriteString("whose"u8, (kind == LimitKind.Provider ? configuration.FindProvider(owner)?.Name : configuration.FindTenant(owner)?.Name) ?? "(deleted)");
            json.WriteString("limit"u8, kind switch
            {
                LimitKind.Tenant => "limits.perSecond",
                LimitKind.TenantChannel => "limits.perChannel." + WireNames.Of((Channel)part),
                LimitKind.TenantSender => "limits.perSender",
                LimitKind.Provider => "provider's limits.perSecond",
                _ => "",
            });
            json.WriteNumber("lanes"u8, reached.Sum(static l => l.Lanes));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSilos(Utf8JsonWriter json, IReadOnlyList<SiloLook> silos)
    {
        json.WriteStartArray("silos"u8);
        foreach (SiloLook silo in silos)
        {
            json.WriteStartObject();
            json.WriteString("silo"u8, silo.Silo);
            json.WriteString("status"u8, silo.Answers ? silo.Status : silo.Status + ", does not answer");
            json.WriteNumber("shards"u8, silo.Shards);
            json.WriteNumber("waiting"u8, silo.Waiting);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteShards(Utf8JsonWriter json, IReadOnlyList<ShardPlacement> placements)
    {
        json.WriteStartArray("shards"u8);
        foreach (ShardPlacement shard in placements.Where(static p => p.Silo.Length > 0))
        {
            json.WriteStartObject();
            json.WriteNumber("shard"u8, shard.Shard);
            json.WriteNumber("waiting"u8, shard.Waiting);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
