using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Shards;

/// <summary>Messages with media leave only through providers that carry them.</summary>
public sealed class MediaTests
{
    [Fact]
    public void Media_go_to_the_provider_that_carries_them_although_another_is_cheaper()
    {
        using EngineHarness h = Make();
        Posted media = h.Queue(1, channel: Channel.WhatsApp, isMedia: true);
        Posted text = h.Queue(2, channel: Channel.WhatsApp);
        h.RunUntilIdle();
        Assert.Equal([text.Text], h.WrittenTexts("plain"));
        Assert.Equal([media.Text], h.WrittenTexts("rich"));
    }

    [Theory]
    [InlineData(Channel.Sms)] // its provider would carry media, the channel has none
    [InlineData(Channel.Voice)]
    [InlineData(Channel.Line)] // no provider of its route carries any
    public void Without_such_a_provider_there_is_no_route(Channel channel)
    {
        using EngineHarness h = Make();
        Posted media = h.Queue(1, channel: channel, isMedia: true);
        Posted text = h.Queue(2, channel: channel);
        h.RunUntilIdle();
        Assert.Equal((MessageStatus.Rejected, Reason.NoRoute), Rejected(h, media));
        Assert.Contains(text.Text, h.WrittenTexts(channel == Channel.Line ? "plain" : "rich"));
    }

    [Fact]
    public void It_is_known_after_a_restart()
    {
        using EngineHarness first = Make();
        first.Providers.Find("rich").Window = 0;
        Posted media = first.Queue(1, channel: Channel.WhatsApp, isMedia: true);
        first.RunUntilIdle();
        using EngineHarness second = Make(first.Journal.Store, first.Time);
        second.RunUntilIdle();
        second.Advance(300, 50);
        Assert.Empty(second.WrittenTexts("plain"));
        Assert.Equal([media.Text], second.WrittenTexts("rich"));
    }

    [Fact]
    public void What_failed_is_tried_again_by_one_that_carries_media_only()
    {
        using EngineHarness h = Make();
        Posted media = h.Queue(1, channel: Channel.WhatsApp, isMedia: true);
        h.RunUntilIdle();
        for (int i = 0; i < 200 && h.Last(media) < MessageStatus.Sent; i++)
        {
            h.Providers.Find("rich").SettleAll(Router.Engine.Providers.OutcomeKind.Failed);
            h.Advance(60_000, 1_000);
        }

        Assert.Equal(MessageStatus.Undelivered, h.Last(media));
        Assert.Empty(h.WrittenTexts("plain"));
    }

    private static (MessageStatus, Reason) Rejected(EngineHarness h, Posted posted) => (h.Last(posted), h.Stored(posted.Id)[^1].Reason);

    private static EngineHarness Make(MemoryStore? store = null, SteppedTime? time = null)
    {
        var h = new EngineHarness(store: store, time: time);
        string[] channels = ["sms", "voice", "whatsapp", "line"];
        ProviderAccount plain = new(1, "plain", new ProviderSettings { Kind = "scripted", Channels = channels });
        ProviderAccount rich = new(2, "rich", new ProviderSettings { Kind = "scripted", Channels = channels, Cost = 1 }, carriesMedia: true);
        RouteSettings[] routes =
        [
            new() { Channel = "whatsapp", Providers = ["plain", "rich"] },
            new() { Channel = "sms", Providers = ["rich"] },
            new() { Channel = "voice", Providers = ["rich"] },
            new() { Channel = "line", Providers = ["plain"] },
        ];
        h.Engine.Apply(new Configuration(1, [EngineHarness.Acme], [plain, rich], routes, []));
        h.Own(5);
        h.Advance(300, 50);
        return h;
    }
}
