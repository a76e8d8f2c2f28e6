using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Core.Webhooks;
using Router.Engine.Journal;
using Router.FrontDoor.Tests.Doubles;
using Router.FrontDoor.Webhooks;
using Router.Testing;

namespace Router.FrontDoor.Tests;

/// <summary>Deliveries to webhooks: the real loop and client against a receiver on a real socket, in fake time.</summary>
public sealed class WebhookDeliveryTests : IAsyncDisposable
{
    private static readonly string[] Message = ["message.accepted", "message.queued", "message.sent"];

    private Receiver receiver = null!;
    private TestDoor door = null!;

    public async ValueTask DisposeAsync()
    {
        await receiver.DisposeAsync();
        await door.DisposeAsync();
    }

    [Fact]
    public async Task Events_are_posted_as_the_stream_tells_them_and_signed()
    {
        await OpenAsync();
        string secret = await PutAsync("one", "message.*");
        await door.PostAsync(role: "other");
        string id = await door.PostAsync(more: ",\"reference\":\"my \\\"ref\\\"\"");
        await TellAsync(id);
        await door.Shards.SetFlagsAsync(1, AcceptedOf(id).Contact, FlagsChange.Of(static f => f.WithBlocked(true)), CancellationToken.None);
        await TellAsync(id, MessageStatus.Delivered);

        Post[] posts = [await receiver.NextAsync(), await receiver.NextAsync(), await receiver.NextAsync(), await receiver.NextAsync()];

        Assert.Equal([.. Message, "message.delivered"], posts.Select(static p => p.Type));
        Assert.All(posts, p =>
        {
            Assert.Equal(id, p.Json.GetProperty("message").GetString());
            Assert.Equal("my \"ref\"", p.Json.GetProperty("reference").GetString());
            Assert.Equal(p.Id, p.Json.GetProperty("id").GetString());
            Assert.Equal("application/json", p.Headers["content-type"]);
            Assert.Equal(door.Time.GetUtcNow().ToUnixTimeSeconds(), long.Parse(p.Headers["webhook-timestamp"], CultureInfo.InvariantCulture));
            Assert.Equal([Sign(secret, p)], p.Signatures);
        });
        Assert.Empty(receiver.Posts);
    }

    [Fact]
    public async Task What_is_not_taken_is_posted_again_after_five_seconds_under_the_same_id_and_in_order()
    {
        await OpenAsync();
        await PutAsync("one");
        int calls = 0;
        receiver.Answer = (_, _) => Interlocked.Increment(ref calls) == 1 ? 500 : 200;
        string id = await door.PostAsync();
        await TellAsync(id);
        Post first = await receiver.NextAsync();
        await UntilAsync("one", static w => w.TryGetProperty("failingSince", out _));

        door.Time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Empty(receiver.Posts);
        door.Time.Advance(TimeSpan.FromSeconds(0.7));

        Post again = await receiver.NextAsync();
        Assert.Equal((first.Id, first.Text), (again.Id, again.Text));
        Assert.Equal(Message[1..], new[] { (await receiver.NextAsync()).Type, (await receiver.NextAsync()).Type });
        await UntilAsync("one", static w => !w.TryGetProperty("failingSince", out _));
    }

    [Fact]
    public async Task A_receiver_that_hangs_holds_nobody_up_and_is_given_fifteen_seconds()
    {
        await OpenAsync(new WebhookTimes { Gather = TimeSpan.Zero, Grace = TimeSpan.Zero, SharedPosts = 2 });
        receiver.Answer = static (post, _) => post.Path == "/hangs" ? -1 : 200;
        foreach (int i in Enumerable.Range(0, 10))
        {
            await PutAsync("hangs" + i, path: "/hangs");
        }

        await PutAsync("good", path: "/good");
        const int Messages = 40;
        for (int i = 0; i < Messages; i++)
        {
            await door.PostAsync(to: $"sms:+39333000{i:D4}");
        }

        var good = new HashSet<string>();
        int hung = 0;
        while (good.Count < Messages)
        {
            Post post = await receiver.NextAsync();
            _ = post.Path == "/good" ? good.Add(post.Id) : hung++ < 0;
        }

        Assert.True(hung <= 12, $"{hung} posts hang, of ten webhooks that may have one each and two shared");
        door.Time.Advance(TimeSpan.FromSeconds(15.1));
        await UntilAsync("hangs0", static w => w.TryGetProperty("failingSince", out _));
    }

    [Fact]
    public async Task A_webhook_that_finds_no_shared_post_sleeps_until_one_of_its_own_ends()
    {
        await OpenAsync(new WebhookTimes { Gather = TimeSpan.Zero, Grace = TimeSpan.Zero, SharedPosts = 0 });
        receiver.Answer = static (_, _) => -1;
        await PutAsync("one");
        await door.PostAsync(to: "sms:+393330000001");
        await receiver.NextAsync();
        await door.PostAsync(to: "sms:+393330000002");
        await UntilAsync("one", _ => Interlocked.Read(ref door.Counts.WebhooksWaited) > 0);

        // A loop that looked again and again by itself would have done so thousands of times; two events, a start and an end of a post wake it.
        for (int i = 0; i < 50; i++)
        {
            await ShowAsync("one");
        }

        Assert.InRange(Interlocked.Read(ref door.Counts.WebhooksWaited), 1, 20);
        receiver.Answer = static (_, _) => 200;
        door.Time.Advance(TimeSpan.FromSeconds(15.1));
        await receiver.NextAsync();
    }

    [Fact]
    public async Task Gone_disables_at_once_and_a_put_goes_on_where_it_stopped()
    {
        await OpenAsync();
        await PutAsync("one");
        receiver.Answer = static (_, _) => 410;
        string id = await door.PostAsync();
        Post refused = await receiver.NextAsync();
        JsonElement shown = await UntilAsync("one", static w => w.TryGetProperty("disabled", out _));
        await TellAsync(id);

        Assert.Equal("gone", shown.GetProperty("disabled").GetProperty("because").GetString());
        Assert.False(shown.GetProperty("enabled").GetBoolean());
        Assert.Empty(receiver.Posts);
        receiver.Answer = static (_, _) => 200;
        await PutAsync("one");

        Assert.Equal(refused.Id, (await receiver.NextAsync()).Id);
        Assert.Equal(Message[1..], new[] { (await receiver.NextAsync()).Type, (await receiver.NextAsync()).Type });
    }

    [Fact]
    public async Task Three_days_of_nothing_but_failure_disable_it_and_not_an_hour_less()
    {
        await OpenAsync();
        await PutAsync("one");
        receiver.Answer = static (_, _) => 503;
        DateTimeOffset begun = door.Time.GetUtcNow();
        await door.PostAsync();
        await receiver.NextAsync();
        await UntilAsync("one", static w => w.TryGetProperty("failingSince", out _));
        int posts = 1;
        while (true)
        {
            door.Time.Advance(TimeSpan.FromMinutes(10));
            JsonElement shown = await ShowAsync("one");
            if (shown.TryGetProperty("disabled", out JsonElement disabled))
            {
                Assert.Equal("failing", disabled.GetProperty("because").GetString());
                break;
            }

            Assert.True(door.Time.GetUtcNow() - begun < TimeSpan.FromDays(4), "never disabled");

            // Nothing else moves: what is due by now has been posted and answered before time goes on.
            if (door.Time.GetUtcNow() - begun >= TimeSpan.FromDays(3))
            {
                await UntilAsync("one", static w => w.TryGetProperty("disabled", out _));
            }

            while (receiver.Posts.TryTake(out _))
            {
                posts++;
            }
        }

        Assert.True(door.Time.GetUtcNow() - begun >= TimeSpan.FromDays(3) - TimeSpan.FromHours(1));
        Assert.InRange(posts, 5, 20);
        Assert.Equal(Engine.Webhooks.DeliveryState.Failed, door.Webhooks.Keeps.Last().State);
    }

    [Fact]
    public async Task After_a_rotation_both_secrets_sign_for_a_day()
    {
        await OpenAsync();
        string old = await PutAsync("one");
        Answer rotated = await door.SendAsync("POST", "/v1/webhooks/one/rotate");
        string made = rotated.Json.GetProperty("secret").GetString()!;
        Assert.NotEqual(old, made);

        await door.PostAsync();
        Post both = await receiver.NextAsync();
        await UntilAsync("one", _ => Interlocked.Read(ref door.Counts.WebhooksTaken) == 1); // else its answer would be a day late
        door.Time.Advance(TimeSpan.FromHours(24));
        await door.PostAsync();
        Post one = await receiver.NextAsync();

        Assert.Equal([Sign(made, both), Sign(old, both)], both.Signatures);
        Assert.Equal([Sign(made, one)], one.Signatures);
    }

    [Fact]
    public async Task What_was_told_is_told_again_from_any_event_or_position_under_the_same_ids()
    {
        await OpenAsync();
        await PutAsync("one");
        for (int i = 0; i < 30; i++)
        {
            door.Time.Advance(TimeSpan.FromMilliseconds(i % 3));
            await door.PostAsync(to: $"sms:+39333000{i:D4}");
            await door.PostAsync(role: "other");
        }

        var told = new List<string>();
        for (int i = 0; i < 30; i++)
        {
            told.Add((await receiver.NextAsync()).Id);
        }

        LogPosition[] log = Log(1);
        string[] inOrder = [.. told.OrderBy(id => Array.FindIndex(log, p => IdOf(p) == id))];
        foreach (int from in new[] { 0, 7, 29 })
        {
            Answer answer = await door.SendAsync("POST", "/v1/webhooks/one/redeliver", $$"""{"event":"{{inOrder[from]}}"}""");
            Assert.Equal(202, answer.Status);
            await ComeAsync(inOrder[from..]);
        }

        Assert.Equal(202, (await door.SendAsync("POST", "/v1/webhooks/one/redeliver", $$"""{"after":"{{CursorOf(log[9])}}"}""")).Status);
        await ComeAsync(inOrder[10..]);

        // Another tenant's event and position are none.
        string others = IdOf(Log(2)[3], tenant: 2);
        (await door.SendAsync("POST", "/v1/webhooks/one/redeliver", $$"""{"event":"{{others}}"}""")).IsProblem(400, "invalid_value", "event");
        (await door.SendAsync("POST", "/v1/webhooks/one/redeliver", $$"""{"after":"{{CursorOf(Log(2)[3], tenant: 2)}}"}""")).IsProblem(400, "invalid_cursor", "after");
        Assert.Empty(receiver.Posts);
    }

    [Fact]
    public async Task After_a_crash_nothing_is_left_out_and_repeats_have_the_same_ids_and_bytes()
    {
        await OpenAsync();
        await PutAsync("one");
        var posts = new Dictionary<string, string>();
        for (int round = 0; round < 5; round++)
        {
            string id = await door.PostAsync(to: $"sms:+39333000{round:D4}");
            await TellAsync(id);
            Take(await receiver.NextAsync());
            if (round == 2)
            {
                door.Time.Advance(TimeSpan.FromSeconds(2));
            }

            await door.Webhooks.CrashAsync(1, "one");
        }

        while (posts.Count < 15)
        {
            Take(await receiver.NextAsync());
        }

        void Take(Post post)
        {
            if (posts.TryGetValue(post.Id, out string? before))
            {
                Assert.Equal(before, post.Text);
            }

            posts[post.Id] = post.Text;
        }
    }

    [Fact]
    public async Task Where_it_stands_is_kept_at_most_every_two_seconds_and_a_keeping_that_fails_stops_nothing()
    {
        await OpenAsync();
        await PutAsync("one");
        door.Webhooks.Unavailable = true;
        for (int i = 0; i < 3; i++)
        {
            await door.PostAsync();
            await receiver.NextAsync();
            door.Time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Empty(door.Webhooks.Keeps);
        door.Webhooks.Unavailable = false;
        LogPosition end = door.Journal.Events.End;
        while (door.Webhooks.Keeps.LastOrDefault().Progress?.Position != end)
        {
            door.Time.Advance(TimeSpan.FromSeconds(2));
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Storage_that_cannot_answer_is_waited_for()
    {
        await OpenAsync();
        await PutAsync("one");
        door.Faults.Fault = new JournalUnavailableException("the disk is gone");
        await door.PostAsync(more: ",\"reference\":\"r\"");
        door.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Empty(receiver.Posts);

        door.Faults.Fault = null;
        Task<Post> next = receiver.NextAsync();
        while (!next.IsCompleted)
        {
            door.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(next, Task.Delay(10));
        }

        Assert.Equal("r", (await next).Json.GetProperty("reference").GetString());
        Assert.False((await ShowAsync("one")).TryGetProperty("failingSince", out _));
    }

    [Fact]
    public async Task An_answer_without_end_is_dropped_after_64_KiB()
    {
        await OpenAsync();
        await PutAsync("one");
        receiver.Answer = static (_, _) => 200;
        byte[] block = new byte[8 * 1024];
        receiver.Body = async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(block);
            }
        };
        string id = await door.PostAsync();
        await receiver.NextAsync();
        await TellAsync(id);

        // Read to its end, the first post would never be over, and the second event of the conversation never come.
        Assert.Equal(Message[1], (await receiver.NextAsync()).Type);
    }

    [Fact]
    public async Task A_receiver_that_asks_for_a_pause_gets_it()
    {
        await OpenAsync();
        await PutAsync("one");
        int calls = 0;
        receiver.Answer = (_, context) =>
        {
            context.Response.Headers.RetryAfter = "60";
            return Interlocked.Increment(ref calls) == 1 ? 429 : 200;
        };
        await door.PostAsync();
        Post first = await receiver.NextAsync();
        await UntilAsync("one", static w => w.TryGetProperty("failingSince", out _));
        await door.PostAsync(to: "sms:+393331111111");
        door.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(receiver.Posts);
        door.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Contains(first.Id, new[] { (await receiver.NextAsync()).Id, (await receiver.NextAsync()).Id });
    }

    [Fact]
    public async Task A_message_from_an_end_user_comes_with_its_content()
    {
        await OpenAsync();
        await PutAsync("one", "message.received");
        MessageId id = await door.Shards.ReceiveAsync(door.Hash.Contact(1, Channel.Sms, "+393331234567"u8), "+393331234567", "+39300", "Ciao \"amici\"\n");

        Post post = await receiver.NextAsync();

        Assert.Equal(("message.received", id.ToString()), (post.Type, post.Json.GetProperty("message").GetString()));
        Assert.Equal("""{"from":"sms:+393331234567","to":"+39300","content":{"type":"text","text":"Ciao \"amici\"\n"}}""", post.Json.GetProperty("inbound").GetRawText());
    }

    [Fact]
    public async Task Notices_come_with_what_they_are_about()
    {
        await OpenAsync();
        await door.Administration.PutProviderAsync("carrier", new Core.Tenants.ProviderSettings { Kind = "smpp", Channels = ["sms"] }, CancellationToken.None);
        await PutAsync("one");
        foreach ((NoticeKind kind, int subject) in new[] { (NoticeKind.ProviderDown, 1), (NoticeKind.ProviderUp, 1), (NoticeKind.BalanceLow, 0), (NoticeKind.WebhookDisabled, 7), (NoticeKind.WebhookDisabled, 8) })
        {
            await door.Shards.AppendAsync(new JournalEntry { Kind = EntryKind.Notice, Notice = kind, Tenant = 1, Provider = subject, AtMs = Some.NowMs }, 1);
        }

        var told = new List<string>();
        for (int i = 0; i < 5; i++)
        {
            JsonElement post = (await receiver.NextAsync()).Json;
            told.Add(string.Join(' ', post.EnumerateObject().Where(static p => p.Name is not ("id" or "at")).Select(static p => p.Value)));
        }

        Assert.Equal(["balance.low acme", "provider.down acme carrier", "provider.up acme carrier", "webhook.disabled acme", "webhook.disabled acme seven"], told.Order());
        Assert.True(told.IndexOf("provider.down acme carrier") < told.IndexOf("provider.up acme carrier"));
    }

    private async Task OpenAsync(WebhookTimes? times = null)
    {
        receiver = await Receiver.OpenAsync();
        door = await TestDoor.OpenAsync(static o => o with { AllowPrivateNetworks = true }, replace: s =>
        {
            if (times is not null)
            {
                s.Replace(ServiceDescriptor.Singleton(times));
            }
        });
    }

    private async Task<string> PutAsync(string name, string events = "*", string path = "/in")
    {
        Answer answer = await door.SendAsync("PUT", $"/v1/webhooks/{name}", $$"""{"url":"{{receiver.Url}}{{path}}","events":["{{events}}"]}""");
        Assert.True(answer.Status == 200, answer.Text);
        return answer.Json.TryGetProperty("secret", out JsonElement secret) ? secret.GetString()! : "";
    }

    private async Task TellAsync(string id, params MessageStatus[] statuses)
    {
        AcceptedMessage accepted = AcceptedOf(id);
        foreach (MessageStatus status in statuses.Length > 0 ? statuses : [MessageStatus.Queued, MessageStatus.Sent])
        {
            await door.Shards.AppendAsync(Some.Status(accepted, status), accepted.Id.Shard);
        }
    }

    private AcceptedMessage AcceptedOf(string id) => door.Journal.Store.Snapshot().Single(m => m.Accepted.Id.ToString() == id).Accepted;

    private async Task<JsonElement> ShowAsync(string name) => (await door.SendAsync("GET", "/v1/webhooks/" + name)).Json;

    private async Task<JsonElement> UntilAsync(string name, Func<JsonElement, bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (true)
        {
            JsonElement shown = await ShowAsync(name);
            if (holds(shown))
            {
                return shown;
            }

            await look.WaitForNextTickAsync(limit.Token);
        }
    }

    private async Task ComeAsync(string[] ids)
    {
        var come = new List<string>();
        foreach (string _ in ids)
        {
            come.Add((await receiver.NextAsync()).Id);
        }

        Assert.Equal(ids.Order(), come.Order());
    }

    private LogPosition[] Log(int tenant) => [.. door.Journal.Events.ReadAll(tenant).Select(static e => e.Position)];

    private string IdOf(LogPosition position, int tenant = 1)
    {
        LogEvent one = door.Journal.Events.ReadAll(tenant).Single(e => e.Position == position);
        var blocks = new UInt128[2];
        Positions.Cursor.OfEvents(door.Hash, tenant, [one], blocks);
        (ulong head, ulong tail) = Events.EventText.IdOf(blocks[1], one.Entry.AtMs);
        return UuidText.ToText(head, tail);
    }

    private string CursorOf(LogPosition position, int tenant = 1)
    {
        byte[] text = new byte[Positions.Cursor.Length];
        Positions.Cursor.WriteLog(door.Hash, tenant, position, text);
        return Encoding.ASCII.GetString(text);
    }

    private static string Sign(string secret, Post post) =>
        WebhookSecret.Sign(Convert.FromBase64String(secret["whsec_".Length..]), post.Id, post.Headers["webhook-timestamp"], post.Body);
}
