using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Router.Core.Tenants;
using Router.Engine.Accepting;
using Router.Engine.Audit;
using Router.Engine.Inbound;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Sealing;
using Router.Engine.Shards;
using Router.FrontDoor.Accepting;
using Router.FrontDoor.Access;
using Router.FrontDoor.Webhooks;
using Router.Grains.Administration;
using Router.Grains.Conversations;
using Router.Grains.Webhooks;
using Router.FrontDoor.Tests.OpenApi;
using Router.Testing;

namespace Router.FrontDoor.Tests.Doubles;

/// <summary>The front door on a real Kestrel on a free port of the loopback, with tenants <c>acme</c> and <c>other</c> and a key of each role; doubles behind it.</summary>
internal sealed class TestDoor : IAsyncDisposable
{
    public const string OperatorKey = "an-operators-key-of-a-test";

    private readonly WebApplication app;

    private TestDoor(WebApplication app, FakeAdministration administration, IShards? shards, MemoryJournal journal, FaultyJournal faults, PlainSealer sealer, LogLines log)
    {
        this.app = app;
        Administration = administration;
        Shards = (shards as JournalShards)!;
        Journal = journal;
        Faults = faults;
        Sealer = sealer;
        Log = log;
        Http = new HttpClient(new ContractHandler()) { BaseAddress = new Uri(app.Urls.Single()), Timeout = TimeSpan.FromSeconds(60) };
    }

    public FakeAdministration Administration { get; }

    public JournalShards Shards { get; }

    public MemoryJournal Journal { get; }

    /// <summary>The same journal as the door sees it.</summary>
    public FaultyJournal Faults { get; }

    public PlainSealer Sealer { get; }

    public PlainKeyedHash Hash { get; } = new();

    public FakeTimeProvider Time { get; private init; } = null!;

    /// <summary>Where bodies are put together and unescaped.</summary>
    public WatchedPool Buffers { get; private init; } = null!;

    /// <summary>Every change.</summary>
    public MemoryAuditLog Audit { get; private init; } = null!;

    public FakeLetters Letters { get; private init; } = null!;

    public LogLines Log { get; }

    public DirectWebhooks Webhooks { get; private init; } = null!;

    public HttpClient Http { get; }

    /// <summary>What the door counts.</summary>
    public FrontDoorCounts Counts => app.Services.GetRequiredService<FrontDoorCounts>();

    public LineStreamServices Lines => app.Services.GetRequiredService<LineStreamServices>();

    /// <summary>Every endpoint of the API as <c>METHOD /path ?parameters</c>; pages for people are not of it.</summary>
    public IEnumerable<string> Mapped =>
        from endpoint in ((IEndpointRouteBuilder)app).DataSources.SelectMany(static s => s.Endpoints).OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []
        where !endpoint.RoutePattern.RawText!.StartsWith("/docs", StringComparison.Ordinal) && !endpoint.RoutePattern.RawText.StartsWith("/dashboard", StringComparison.Ordinal) && !endpoint.RoutePattern.RawText.StartsWith("/openapi", StringComparison.Ordinal) && !endpoint.RoutePattern.RawText.StartsWith("/asyncapi", StringComparison.Ordinal)
        select $"{method} {endpoint.RoutePattern.RawText} ?{string.Join(',', (endpoint.Metadata.GetMetadata<EndpointRule>()?.Parameters ?? []).Order())}";

    /// <summary>Requests at rest.</summary>
    public AcceptRequestPool Requests => app.Services.GetRequiredService<AcceptRequestPool>();

    /// <summary>Every route as it is mapped.</summary>
    public IReadOnlyList<RouteEndpoint> Routes => [.. app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    public int Port => Http.BaseAddress!.Port;

    /// <summary>The owner's key of <c>acme</c>.</summary>
    public string Key => Keys["owner"];

    /// <summary>Keys by role's word, and <c>other</c>: the owner's of the other tenant.</summary>
    public Dictionary<string, string> Keys { get; } = new() { ["operator"] = OperatorKey };

    public static async Task<TestDoor> OpenAsync(Func<FrontDoorOptions, FrontDoorOptions>? with = null, IShards? shards = null, IKeyedHash? hash = null, Action<IServiceCollection>? replace = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        var log = new LogLines();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace);
        if (hash is null)
        {
            builder.Logging.AddProvider(log);
        }

        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var administration = new FakeAdministration();
        var sealer = new PlainSealer();
        var journal = new MemoryJournal(sealer);
        var faults = new FaultyJournal(journal);
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(Some.NowMs));
        shards ??= new JournalShards(journal, sealer);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<IAdministration>(administration);
        var webhooks = new DirectWebhooks(journal, administration, time);
        builder.Services.AddSingleton<IWebhooks>(webhooks);
        builder.Services.AddSingleton<IHostResolver>(new NoNames());
        builder.Services.AddSingleton(new WebhookTimes { Gather = TimeSpan.Zero, Grace = TimeSpan.Zero });
        builder.Services.AddSingleton(shards);
        builder.Services.AddSingleton<IConversations>(new FakeConversations(shards, faults, sealer, time));
        builder.Services.AddSingleton<IJournal>(faults);
        var audit = new MemoryAuditLog();
        builder.Services.AddSingleton<IAuditLog>(audit);
        var letters = new FakeLetters(shards as JournalShards);
        builder.Services.AddSingleton<IDeadLetters>(letters);
        builder.Services.AddSingleton(hash ?? new PlainKeyedHash());
        var buffers = new WatchedPool();
        builder.Services.AddSingleton<System.Buffers.ArrayPool<byte>>(buffers);
        builder.Services.AddSingleton<IProviderFactory>(new FakeKind("loopback"));
        builder.Services.AddSingleton<IProviderFactory>(new FakeKind("smpp"));
        var options = new FrontDoorOptions { OperatorKey = OperatorKey };
        builder.Services.AddRouterFrontDoor(with?.Invoke(options) ?? options);
        replace?.Invoke(builder.Services);
        WebApplication app = builder.Build();
        webhooks.Delivery = app.Services.GetRequiredService<IWebhookDelivery>();
        app.MapRouter();
        await app.StartAsync();
        var door = new TestDoor(app, administration, shards, journal, faults, sealer, log) { Time = time, Buffers = buffers, Audit = audit, Letters = letters, Webhooks = webhooks };
        await door.FurnishAsync();
        return door;
    }

    /// <summary>Sends with a role's key (or none) and reads the answer's JSON.</summary>
    public async Task<Answer> SendAsync(string method, string path, string? body = null, string? role = "owner", string type = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (role is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Keys[role]);
        }

        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        using HttpResponseMessage response = await Http.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        return new Answer(response.StatusCode, response.Content.Headers.ContentType?.MediaType, text, response.Headers.ToDictionary(static h => h.Key, static h => string.Join(",", h.Value)));
    }

    /// <summary>Posts an SMS and returns its id.</summary>
    public async Task<string> PostAsync(string to = "sms:+393331234567", string text = "hello", string role = "owner", string more = "")
    {
        Answer answer = await SendAsync("POST", "/v1/messages", Body(to, text, more), role);
        Assert.Equal(202, answer.Status);
        return answer.Json.GetProperty("id").GetString()!;
    }

    /// <summary>The id of the newest event of a tenant.</summary>
    public string LastEventId(int tenant)
    {
        LogEvent last = Journal.Events.ReadAll(tenant)[^1];
        var blocks = new UInt128[2];
        Positions.Cursor.OfEvents(Hash, tenant, [last], blocks);
        (ulong head, ulong tail) = Events.EventText.IdOf(blocks[1], last.Entry.AtMs);
        return Router.Core.Messages.UuidText.ToText(head, tail);
    }

    public static string Body(string to = "sms:+393331234567", string text = "hello", string more = "") =>
        $$"""{"to":"{{to}}","purpose":"transactional","content":{"type":"text","text":"{{text}}"}{{more}}}""";

    /// <summary>A connection without an HTTP client.</summary>
    public async Task<RawConnection> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        return new RawConnection(socket);
    }

    public Task StopAsync() => app.StopAsync();

    /// <summary>Begins to stop, as SIGTERM does.</summary>
    public void BeginToStop() => app.Lifetime.StopApplication();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Webhooks.DisposeAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await app.StopAsync(patience.Token);
        await app.DisposeAsync();
        if (Shards is not null)
        {
            await Shards.DisposeAsync();
        }
    }

    private async Task FurnishAsync()
    {
        await Administration.PutTenantAsync("acme", new TenantSettings { Name = "Acme", Senders = ["+39300", "Acme"] }, CancellationToken.None);
        await Administration.PutTenantAsync("other", new TenantSettings { Name = "Other" }, CancellationToken.None);
        foreach ((string word, Role role, int tenant) in new[]
        {
            ("owner", Role.Owner, 1), ("admin", Role.Admin, 1), ("agent", Role.Agent, 1), ("auditor", Role.Auditor, 1), ("other", Role.Owner, 2), ("support", Role.Support, 0),
        })
        {
            string key = KeyText.New();
            Keys[word] = key;
            Administration.Add(new ApiKey("id-" + word, KeyText.Hash(key), role, tenant));
        }
    }
}

/// <summary>An answer.</summary>
internal sealed record Answer(HttpStatusCode Code, string? Type, string Text, Dictionary<string, string> Headers)
{
    public int Status => (int)Code;

    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string ProblemCode => Json.GetProperty("code").GetString()!;

    public string? Field => Json.TryGetProperty("field", out JsonElement found) ? found.GetString() : null;

    /// <summary>It is a problem with all its members and this status and code.</summary>
    public void IsProblem(int status, string code, string? field = null)
    {
        Assert.True(Status == status && Type == "application/problem+json", $"{Status} {Type} {Text}");
        Assert.Equal(code, ProblemCode);
        Assert.Equal(status, Json.GetProperty("status").GetInt32());
        Assert.Equal("about:blank", Json.GetProperty("type").GetString());
        Assert.NotEmpty(Json.GetProperty("title").GetString()!);
        string detail = Json.GetProperty("detail").GetString()!;
        Assert.NotEmpty(detail);
        Assert.True(Field is null || detail.Contains(Field, StringComparison.Ordinal), $"the detail does not name its field: {Text}");
        if (field is not null)
        {
            Assert.Equal(field, Field);
        }
    }
}

/// <summary>Collects everything logged at any level.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}
