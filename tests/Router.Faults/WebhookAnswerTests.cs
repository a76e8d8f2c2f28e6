using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Router.Core.Events;
using Router.Core.Webhooks;
using Router.FrontDoor;
using Router.FrontDoor.Events;
using Router.FrontDoor.Webhooks;
using Router.Grains.Webhooks;

namespace Router.Faults;

/// <summary>
/// The client that reads webhooks' answers, asked directly: through the whole router (<see cref="MalformedTests"/>) most posts are proper ones. Whatever comes is an answer or a fault
/// with a word, nothing is thrown, none hangs, memory stays. <c>ROUTER_MUTATIONS</c> is how many.
/// </summary>
public sealed class WebhookAnswerTests(ITestOutputHelper output)
{
    private const int Receivers = 32;
    private const double GrowthMax = 1.10;
    private static readonly byte[] Body = "{\"id\":\"1\",\"end\":1}"u8.ToArray();

    [Fact]
    public async Task Mutated_answers_are_answers_or_faults()
    {
        int count = Sizes.Of("ROUTER_MUTATIONS", 20_000);
        int seed = Sizes.Of("ROUTER_MUTATION_SEED", 1);
        using var client = new WebhookClient(new NoNames(), TimeProvider.System, new WebhookTimes(), new FrontDoorOptions { AllowPrivateNetworks = true });
        HostileReceiver[] receivers = [.. Enumerable.Range(0, Receivers).Select(i => new HostileReceiver((seed * Receivers) + i, "\"end\":1}"u8.ToArray()))];
        var words = new ConcurrentDictionary<string, int>();
        await PostAsync(count / 2);
        long before = Environment.WorkingSet;
        await PostAsync(count - (count / 2));
        long after = Environment.WorkingSet;
        foreach (HostileReceiver receiver in receivers)
        {
            await receiver.DisposeAsync();
        }

        output.WriteLine($"seed {seed}: {count} mutations, {before >> 20} MiB after the half, {after >> 20} MiB after all; {string.Join(", ", words.OrderByDescending(static w => w.Value).Take(20))}");
        Assert.True(words.Keys.Count(static w => char.IsAsciiDigit(w[0])) > 3 && words.ContainsKey(WebhookFaults.Malformed) && words.ContainsKey(WebhookFaults.Connection), "too few kinds of answers");
        Assert.InRange(after, 0, (long)(before * GrowthMax));

        Task PostAsync(int posts) => Task.WhenAll(receivers.Select(async receiver =>
        {
            var plan = new WebhookPlan(1, "hostile", receiver.Url, EventFilter.All, new byte[32], null, 0);
            for (int left = posts / Receivers; left > 0; left--)
            {
                WebhookAnswer answer = await client.PostAsync(plan, new ComposedEvent("msg_1", Body), CancellationToken.None);
                Assert.NotEqual(WebhookFaults.Timeout, answer.Fault);
                Assert.InRange(answer.RetryAfterMs, 0, WebhookRetries.RetryAfterMaxMs);
                words.AddOrUpdate(answer.Fault ?? answer.Status.ToString(CultureInfo.InvariantCulture), 1, static (_, n) => n + 1);
            }
        }));
    }

    private sealed class NoNames : IHostResolver
    {
        public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => throw new InvalidOperationException("only addresses are asked");
    }
}
