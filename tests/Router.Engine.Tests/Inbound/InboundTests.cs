using System.Text;
using Router.Core.Consent;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Inbound;
using Router.Engine.Journal;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Inbound;

/// <summary>Messages from end users: kept, whose they are, what they ask for.</summary>
public sealed class InboundTests
{
    private static readonly int[] AllShards = [.. Enumerable.Range(0, MessageId.ShardCount)];

    [Fact]
    public void A_message_is_acknowledged_once_it_is_kept_and_is_told_as_received()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        var user = new EndUser(h);
        EndUser.Told told = user.Tell("ciao");
        h.Run();
        Assert.Null(told.Kept); // not kept yet
        h.RunUntilIdle();
        Assert.True(told.Kept);

        StoredMessage message = Assert.Single(EndUser.Stored(h));
        MessageRecord record = MessageRecord.Read(message.Record);
        Assert.Equal(("+393331234567", "+39000", "ciao"), (Encoding.UTF8.GetString(record.To), Encoding.UTF8.GetString(record.From), Encoding.UTF8.GetString(record.Text)));
        Assert.Equal((MessageDirection.Inbound, new Sender("+39000").Tag, user.Contact), (message.Accepted.Direction, message.Accepted.Sender, message.Accepted.Contact));
        Assert.Equal([(MessageStatus.Delivered, 1)], message.Events.Select(static e => (e.Status, e.Provider)));
        Assert.Equal([(EntryKind.Status, MessageDirection.Inbound, MessageStatus.Delivered)], Events(h).Select(static e => (e.Kind, e.Direction, e.Status)));
        Assert.Equal(0, h.Engine.Waiting.Of(1));
        h.AssertAllEnded();
    }

    [Fact]
    public void A_commit_refused_is_told_again_and_one_of_unknown_fate_too()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        var user = new EndUser(h);
        h.Journal.NextOutcome(PartOutcome.Refused);
        Assert.False(user.Say("stop").Kept);
        Assert.Equal(default, user.Flags);
        h.Advance(300, 50);
        h.Journal.NextOutcome(PartOutcome.Unknown, stored: true);
        Assert.False(user.Say("stop").Kept);
        Assert.Equal([user.Contact.Shard], h.Lost);
    }

    [Fact]
    public void What_comes_for_a_tenant_that_is_being_deleted_is_nobodys_and_nothing_is_sealed_for_it()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        var user = new EndUser(h);
        EndUser.Told before = user.Tell("before"); // on its way into the shard as the tenant's
        var closed = new Core.Tenants.Tenant(1, "acme", EngineHarness.Acme.Settings) { IsDeleting = true };
        h.Engine.Apply(new Core.Tenants.Configuration(1_000, [closed], [EngineHarness.Account(1, "p")], [], []));
        h.RunUntilIdle();

        EndUser.Told after = user.Say("after");

        Assert.False(before.Kept);
        Assert.True(after.Kept);
        Assert.All(h.Journal.Store.Snapshot(), static m => Assert.Equal(0, m.Accepted.Tenant));
    }

    [Fact]
    public void Much_of_one_person_holds_nobody_else_back()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        var talker = new EndUser(h);
        EndUser other = Enumerable.Range(0, 10_000).Select(i => new EndUser(h, "+39333200" + i.ToString("D4", System.Globalization.CultureInfo.InvariantCulture))).First(u => u.Contact.Shard == talker.Contact.Shard);
        EndUser.Told[] told = [.. Enumerable.Range(0, 600).Select(i => talker.Tell("ciao " + i.ToString(System.Globalization.CultureInfo.InvariantCulture)))];
        EndUser.Told stop = other.Tell("stop");
        h.Run();
        while (told[0].Kept is null)
        {
            Assert.True(h.Journal.Step());
            h.Run();
        }

        Assert.Null(told[1].Kept); // one commit
        Assert.True(stop.Kept);
        h.RunUntilIdle();
        Assert.All(told, static t => Assert.True(t.Kept));
        Assert.Equal(Enumerable.Range(500, 100).Select(static i => $"ciao {i}"), EndUser.Kept(h).Select(static m => m.Text).TakeLast(100)); // in their order
    }

    [Fact]
    public void Nobodys_shard_refuses()
    {
        using var h = new EngineHarness();
        h.Configure([EngineHarness.Acme], [EngineHarness.Account(1, "p")]);
        Assert.False(new EndUser(h).Say("ciao").Kept);
    }

    [Theory]
    [InlineData("393331234567", "+393331234567")]
    [InlineData("00393331234567", "+393331234567")]
    [InlineData("3331234567", "3331234567")]
    [InlineData("48500", "48500")]
    [InlineData("Vodafone", "Vodafone")]
    [InlineData("13812345678", "13812345678", true)] // national, its carrier says: with a plus it is a number in +1
    [InlineData("+393331234567", "+393331234567", true)]
    public void Who_sent_it_is_said_as_tenants_write_it_where_that_is_certain(string from, string canonical, bool isDecided = false)
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        Assert.True(new EndUser(h, from).Say("ciao", isFromDecided: isDecided).Kept);
        Assert.Equal(canonical, Encoding.UTF8.GetString(MessageRecord.Read(Assert.Single(EndUser.Stored(h)).Record).To));
    }

    [Theory]
    [InlineData("39000")]
    [InlineData("+39000")]
    public void An_own_number_is_found_with_and_without_its_plus(string number)
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        new EndUser(h, to: number).Say("ciao");
        Assert.Equal(new Sender("+39000").Tag, Assert.Single(EndUser.Stored(h)).Accepted.Sender);
    }

    [Fact]
    public void A_message_that_a_provider_tells_again_under_its_id_is_one()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        var user = new EndUser(h);
        Assert.True(user.Say("stop", id: "a").Kept);
        h.Provider.SettleAll();
        h.RunUntilIdle();
        int events = Events(h).Length;
        Assert.True(user.Say("stop", id: "a").Kept);
        Assert.True(user.Say("ciao", id: "b").Kept);
        Assert.Equal([("stop", 1), ("ciao", 1)], EndUser.Kept(h));
        Assert.Equal(events + 1, Events(h).Length);
        Assert.Equal(1, h.Engine.Inbound[InboundCount.Repeated]);
        h.Provider.SettleAll();
        h.RunUntilIdle();
        h.AssertAllEnded();
    }

    // Guards against losing a STOP: carriers name the message that is answered, or a short counter of theirs, where the answer's own id is looked for.
    // Carriers give the id of what is answered: his last word was a repeat of his first, and was acknowledged without effect.
    [Fact]
    public void A_STOP_under_an_id_that_was_seen_holds_where_a_START_came_between()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        var user = new EndUser(h);
        user.Set(static f => f.With(Purpose.Marketing, ConsentState.Granted));
        user.Say("STOP", id: "77");
        user.Say("STOP", id: "77");
        Assert.Equal([("STOP", 1)], EndUser.Kept(h));
        user.Say("START", id: "77");
        Assert.Equal(ConsentState.Granted, user.Flags.For(Purpose.Marketing));
        user.Say("STOP", id: "77");
        Assert.Equal(ConsentState.Withdrawn, user.Flags.For(Purpose.Marketing));
        Assert.Equal([("STOP", 1), ("START", 1), ("STOP", 1)], EndUser.Kept(h));
    }

    [Fact]
    public void An_id_that_comes_again_with_another_text_or_from_another_person_is_another_message()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        var user = new EndUser(h);
        user.Set(static f => f.With(Purpose.Marketing, ConsentState.Granted));
        user.Say("yes", id: "77");
        new EndUser(h, "+393330000009").Say("yes", id: "77");
        user.Say("STOP", id: "77");
        Assert.Equal([("yes", 1), ("yes", 1), ("STOP", 1)], EndUser.Kept(h));
        Assert.Equal(ConsentState.Withdrawn, user.Flags.For(Purpose.Marketing));
    }

    [Fact]
    public void The_number_written_to_is_the_one_answered_from()
    {
        Tenant tenant = EngineHarness.TenantWith(new TenantLimits(), 1, "+39000", "+39001");
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        h.Configure([tenant], [EngineHarness.Account(1, "p")]);
        var user = new EndUser(h, to: "+39001");
        user.Say("ciao");
        h.Queue(tenant: tenant);
        h.Queue(tenant: tenant, to: user.Contact, shard: user.Contact.Shard);
        h.RunUntilIdle();
        Assert.Equal(["+39000", "+39001"], new[] { SenderOf(h, 0), SenderOf(h, 1) }.Order());
    }

    [Fact]
    public void Nobodys_number_is_kept_for_the_operator_and_told_to_no_tenant()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        Assert.True(new EndUser(h, to: "+39999").Say("stop").Kept);
        Assert.Empty(EndUser.Stored(h));
        StoredMessage letter = Assert.Single(EndUser.Stored(h, 0));
        Assert.Equal([MessageStatus.Undelivered], letter.Events.Select(static e => e.Status));
        Assert.Empty(Events(h));
        Assert.Equal(1, h.Engine.Inbound[InboundCount.UnknownNumber]);
    }

    [Fact]
    public void A_dead_letter_is_replayed_once_when_somebody_has_its_number()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        new EndUser(h, to: "+39999").Say("stop");
        StoredMessage letter = Assert.Single(EndUser.Stored(h, 0));
        Assert.False(Replay(h, letter));
        h.Configure([EndUser.TenantWith(1, StopScope.Marketing, [], "+39999")], [EngineHarness.Account(1, "p")]);
        Assert.True(Replay(h, letter));
        h.Provider.SettleAll();
        Assert.True(Replay(h, letter));
        Assert.Equal([("stop", 1)], EndUser.Kept(h));
        Assert.Equal(ConsentState.Withdrawn, new EndUser(h).Flags.For(Purpose.Marketing));
        Assert.Equal(MessageStatus.Delivered, EndUser.Stored(h, 0)[0].Events[^1].Status);
    }

    [Fact]
    public void A_keyword_names_the_tenant_on_a_shared_number()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        Share(h);
        Assert.True(new EndUser(h, to: "48500").Say("Pizza, please").Kept);
        Assert.True(new EndUser(h, to: "48500").Say("taxi now").Kept); // exact: nobody's
        Assert.True(new EndUser(h, to: "48500").Say("TAXI!").Kept);
        Assert.Equal([("Pizza, please", 1)], EndUser.Kept(h, 1));
        Assert.Equal([("TAXI!", 1)], EndUser.Kept(h, 2));
        Assert.Equal([("taxi now", 1)], EndUser.Kept(h, 0));
        Assert.Equal(["Pizza is coming", "A taxi is coming"], h.WrittenTexts());
        Assert.All([0, 1], i => Assert.Equal("48500", SenderOf(h, i)));
    }

    [Fact]
    public void A_stop_to_a_shared_number_holds_for_each_tenant_that_knows_the_person()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        Share(h);
        var user = new EndUser(h, to: "48500");
        Assert.True(user.Say("stop").Kept); // nobody knows the person
        Assert.Single(EndUser.Stored(h, 0));
        user.Say("pizza");
        h.Provider.SettleAll();
        h.RunUntilIdle();
        Assert.True(user.Say("stop").Kept);
        Assert.Equal(ConsentState.Withdrawn, user.Flags.For(Purpose.Marketing));
        Assert.Equal([("pizza", 1), ("stop", 1)], EndUser.Kept(h, 1));
        Assert.Empty(EndUser.Stored(h, 2));
        Assert.Single(EndUser.Stored(h, 0));
    }

    private static void Share(EngineHarness h) => h.Configure(
        [
            EndUser.TenantWith(1, StopScope.Marketing, [new KeywordRule { Word = "pizza", IsPrefix = true, Number = "48500", Reply = "Pizza is coming" }], "+39000"),
            EndUser.TenantWith(2, StopScope.Marketing, [new KeywordRule { Word = "taxi", Number = "48500", Reply = "A taxi is coming" }], "+39001"),
        ],
        [EngineHarness.Account(1, "p")]);

    private static bool Replay(EngineHarness h, StoredMessage letter)
    {
        Task<bool> replay = h.Engine.ReplayAsync(letter).AsTask();
        h.RunUntilIdle();
        Assert.True(replay.IsCompletedSuccessfully);
        return replay.Result;
    }

    private static string SenderOf(EngineHarness h, int written) => Encoding.UTF8.GetString(MessageRecord.Read(h.Provider.Written[written].Record).From);

    private static JournalEntry[] Events(EngineHarness h) => [.. h.Journal.Events.ReadAll().Select(static e => e.Entry)];
}
