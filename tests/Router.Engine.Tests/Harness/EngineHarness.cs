using System.Globalization;
using System.Text;
using Router.Core.Addresses;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Journal;
using Router.Engine.Shards;
using Router.Testing;

namespace Router.Engine.Tests.Harness;

/// <summary>
/// The whole engine on one thread under fake time: a journal whose commits the test makes, providers whose every step it decides, workers run in a seeded order. The same seed, the same run.
/// </summary>
internal sealed class EngineHarness : IDisposable
{
    private readonly Dictionary<string, Posted> byText = [];
    private int texts;
    private long version;

    public EngineHarness(int seed = 1, EngineOptions? options = null, bool exclusive = true, MemoryStore? store = null, SteppedTime? time = null, Action<ScriptedProvider>? prepare = null)
    {
        Time = time ?? new SteppedTime();
        StartedAt = Time.GetTimestamp();
        Workers = new SteppedScheduler(seed);
        Options = options ?? new EngineOptions();
        Journal = new MemoryJournal(Sealer, store, new MemoryJournalOptions { Exclusive = exclusive, Manual = true });
        Providers = new ScriptedProviderFactory(p =>
        {
            p.RunsByTimer = false;
            prepare?.Invoke(p);
        });
        Engine = new SiloEngine(Journal, Sealer, Hash, [Providers], Time, Options, Logs, seed, Workers) { ShardLost = Lost.Add };
        Engine.Start();
    }

    public static Tenant Acme { get; } = new(1, "acme", new TenantSettings { Name = "Acme", Senders = ["+39000"] });

    public SteppedTime Time { get; }

    /// <summary>Timestamp at the start.</summary>
    public long StartedAt { get; }

    public SteppedScheduler Workers { get; }

    public EngineOptions Options { get; }

    public PlainSealer Sealer { get; init; } = new();

    public PlainKeyedHash Hash { get; } = new();

    public CollectingLogs Logs { get; } = new();

    public MemoryJournal Journal { get; }

    public ScriptedProviderFactory Providers { get; }

    public SiloEngine Engine { get; }

    /// <summary>Shards whose ownership ended by itself.</summary>
    public List<int> Lost { get; } = [];

    /// <summary>All posted, by text.</summary>
    public IReadOnlyDictionary<string, Posted> ByText => byText;

    public ScriptedProvider Provider => Providers.Find("p");

    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    public static ProviderAccount Account(int number, string name, int? perSecond = null, int? inFlight = null, decimal cost = 0, bool enabled = true, string? region = null) => new(
        number, name, new ProviderSettings { Kind = "scripted", Channels = ["sms"], Region = region, Cost = cost, Enabled = enabled, Limits = new ProviderLimits { PerSecond = perSecond, InFlight = inFlight } });

    public static Tenant TenantWith(TenantLimits limits, int number = 1, params string[] senders) =>
        new(number, "tenant-" + number, new TenantSettings { Name = "T", Senders = senders.Length == 0 ? ["+39000"] : senders, Limits = limits });

    /// <summary>One tenant, one provider "p", one route, all of the shards named.</summary>
    public EngineHarness Simple(params int[] shards)
    {
        Configure([Acme], [Account(1, "p")]);
        Own(shards.Length == 0 ? [5] : shards);
        if (Journal.Exclusive)
        {
            Advance(300, 50); // until then releases of an earlier owner may be open, and stops and cancels wait
        }

        return this;
    }

    public void Configure(IEnumerable<Tenant> tenants, IReadOnlyList<ProviderAccount> providers, params string[] route)
    {
        string[] names = route.Length > 0 ? route : [.. providers.Select(static p => p.Name)];
        Engine.Apply(new Configuration(++version, tenants, providers, [new RouteSettings { Channel = "sms", Providers = names }], []));
        Run();
    }

    public void Own(params int[] shards)
    {
        foreach (TakenShard taken in Journal.TakeAsync(shards, CancellationToken.None).AsTask().GetAwaiter().GetResult())
        {
            Engine.Own(taken);
        }

        Run();
    }

    /// <summary>Queues a message; nothing runs yet.</summary>
    public Posted Queue(
        int contact = 1, int shard = 5, Tenant? tenant = null, Purpose purpose = Purpose.Service, Priority priority = Priority.Normal, byte segments = 1, int validitySeconds = 3_600,
        long notBeforeMs = 0, ulong key = 0, ulong body = 1, Sender? sender = null, int textLength = 0, ContactId? to = null,
        Channel channel = Channel.Sms, bool isMedia = false, string? region = null, MessageId fallback = default, int afterSeconds = 0, bool isDormant = false, TraceContext trace = default)
    {
        string text = ("m" + texts++.ToString(CultureInfo.InvariantCulture)).PadRight(textLength, '.');
        var posted = new Posted { Text = text };
        AcceptRequest request = posted.Request;
        request.Listener = posted;
        request.Tenant = tenant ?? Acme;
        request.Contact = to ?? Contact(contact, shard, request.Tenant.Number);
        request.Sender = sender;
        request.Channel = channel;
        request.IsMedia = isMedia;
        request.Purpose = purpose;
        request.Priority = priority;
        request.Segments = segments;
        request.ValiditySeconds = validitySeconds;
        request.NotBeforeMs = notBeforeMs;
        request.Region = RegionTag.Of(region);
        request.FallbackId = fallback;
        request.FallbackAfterSeconds = afterSeconds;
        request.IsDormant = isDormant;
        request.Trace = trace;
        request.HasIdempotencyKey = key != 0;
        request.IdempotencyKey = new UInt128((ulong)request.Tenant.Number, key);
        request.BodyHash = body;
        request.Record = new byte[64 + textLength + 64];
        request.RecordLength = MessageRecord.Write(channel, ContentType.Text, "+39333"u8, Encoding.UTF8.GetBytes(text), default, default, request.Record);
        posted.Intake = Engine.TryAccept(request);
        byText.Add(text, posted);
        return posted;
    }

    /// <summary>Queues a message and runs until nothing moves.</summary>
    public Posted Post(int contact = 1, int shard = 5, Tenant? tenant = null, Purpose purpose = Purpose.Service, byte segments = 1, int validitySeconds = 3_600, long notBeforeMs = 0, bool isDormant = false)
    {
        Posted posted = Queue(contact, shard, tenant, purpose, segments: segments, validitySeconds: validitySeconds, notBeforeMs: notBeforeMs, isDormant: isDormant);
        RunUntilIdle();
        return posted;
    }

    public static ContactId Contact(int contact = 1, int shard = 5, int tenant = 1) => Some.Contact(shard, (tenant * 1_000_000) + contact);

    /// <summary>Changes flags; the task is answered on the test's thread.</summary>
    public Task<ContactFlags?> SetFlags(Func<ContactFlags, ContactFlags> setter, int contact = 1, int shard = 5, int tenant = 1)
    {
        var task = new FlagsTask(tenant, Contact(contact, shard, tenant), FlagsChange.Of(setter));
        Assert.True(Engine.Post(shard, new UrgentCommand { Kind = CommandKind.Flags, Target = task }));
        return task.Answer.Task;
    }

    /// <summary>Cancels; the task is answered on the test's thread.</summary>
    public Task<CancelOutcome> Cancel(MessageId id, int tenant = 1)
    {
        var task = new CancelTask(tenant, id);
        return Engine.Post(id.Shard, new UrgentCommand { Kind = CommandKind.Cancel, Target = task }) ? task.Answer.Task : Task.FromResult(CancelOutcome.Unavailable);
    }

    /// <summary>Runs the workers; the journal stays silent.</summary>
    public void Run() => Workers.Run();

    /// <summary>Runs workers, providers and the journal until nothing moves.</summary>
    public void RunUntilIdle()
    {
        for (int rounds = 0; ; rounds++)
        {
            Assert.True(rounds < 100_000, "the engine and its journal go round without end");
            Workers.Run();
            int steps = Providers.Made.Sum(static p => p.Step());
            Workers.Run();
            if (!Journal.Step() && steps == 0)
            {
                return;
            }
        }
    }

    /// <summary>Lets time pass in small steps; runs until idle at each.</summary>
    public void Advance(int ms, int stepMs = 10, Action? each = null)
    {
        for (int left = ms; left > 0; left -= stepMs)
        {
            Time.Advance(Math.Min(stepMs, left));
            RunUntilIdle();
            each?.Invoke();
        }
    }

    /// <summary>Lets time pass while the journal says nothing.</summary>
    public void AdvanceWithoutCommits(int ms, int stepMs = 10)
    {
        for (int left = ms; left > 0; left -= stepMs)
        {
            Time.Advance(Math.Min(stepMs, left));
            Run();
        }
    }

    /// <summary>The statuses kept of a message, in order.</summary>
    public MessageStatus[] Statuses(Posted posted) => [.. Stored(posted.Id).Select(static e => e.Status)];

    public IReadOnlyList<StoredEvent> Stored(MessageId id) => Journal.Store.Snapshot().FirstOrDefault(m => m.Accepted.Id == id).Events ?? [];

    public MessageStatus Last(Posted posted) => Stored(posted.Id) is [.., var last] ? last.Status : MessageStatus.None;

    /// <summary>Texts written by a provider, in order.</summary>
    public IEnumerable<string> WrittenTexts(string provider = "p") => Providers.Find(provider).Written.Select(static d => d.Text);

    /// <summary>Nothing waits, nothing is in flight, nothing was logged, and each answer was given once.</summary>
    public void AssertAllEnded()
    {
        Assert.DoesNotContain(Logs.Lines, static l => !l.Contains("is down", StringComparison.Ordinal)); // a provider that the test had go down
        Assert.Equal(0, Sealer.SealedTwiceCount);
        Assert.All(byText.Values.Where(static p => p.Intake == Intake.Queued), static p => Assert.Equal(1, p.Answers));
        foreach ((AcceptedMessage accepted, MessageStatus status, _) in Journal.Store.Snapshot())
        {
            Assert.True(status >= MessageStatus.Sent, $"{accepted.Id} is {status}");
        }

        Assert.All(byText.Values.Select(static p => p.Request.Tenant!.Number).Distinct(), t => Assert.Equal(0, Engine.Waiting.Of(t)));
        Assert.All(Engine.Dispatcher.Links, static l => Assert.Equal((0, 0), (l.InFlight, l.Unkept)));
        Assert.Equal(0, Engine.Dispatcher.Asks);
    }

    /// <summary>What left is what was posted: each record went out under its own id.</summary>
    public void AssertRightContent()
    {
        var idOf = new Dictionary<string, MessageId>();
        foreach (ScriptedDeparture departure in Providers.Made.SelectMany(static p => p.Departures))
        {
            // One whose commit's fate was unknown was not told its id, but may be stored.
            Posted posted = byText[departure.Text];
            idOf.TryAdd(departure.Text, posted.Outcome == AcceptOutcome.Accepted ? posted.Id : departure.Id);
            Assert.Equal(idOf[departure.Text], departure.Id);
        }
    }

    public void Dispose() => Logs.Dispose();
}
