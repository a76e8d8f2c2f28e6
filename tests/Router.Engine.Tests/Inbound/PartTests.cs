using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Inbound;
using Router.Engine.Journal;
using Router.Engine.Tests.Harness;
using Router.Testing;

namespace Router.Engine.Tests.Inbound;

/// <summary>Parts of one message: each kept before it is acknowledged, joined whatever comes between.</summary>
public sealed class PartTests
{
    private static readonly int[] AllShards = [.. Enumerable.Range(0, MessageId.ShardCount)];

    [Fact]
    public void Parts_are_acknowledged_as_they_are_kept_and_told_as_one_message()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        var user = new EndUser(h);
        Assert.True(user.Say("due ", 3, 2).Kept);
        Assert.True(user.Say("tre", 3, 3).Kept);
        Assert.Empty(EndUser.Stored(h));
        Assert.Empty(Events(h));
        Assert.True(user.Say("uno ", 3, 1).Kept);
        Assert.Equal([("uno due tre", 3)], EndUser.Kept(h));
        Assert.Single(Events(h));
        Assert.Equal(1, h.Engine.Inbound[InboundCount.Joined]);
        Assert.Equal(0, OpenParts(h, user));
        h.AssertAllEnded();
    }

    [Fact]
    public void A_repeated_part_changes_nothing_before_and_after_it_was_joined()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        var user = new EndUser(h);
        user.Say("a", 2, 1);
        Assert.True(user.Say("a", 2, 1).Kept);
        user.Say("b", 2, 2);
        Assert.True(user.Say("a", 2, 1).Kept);
        h.Advance(310_000, 1_000);
        Assert.Equal([("ab", 2)], EndUser.Kept(h));
    }

    // Guards against a message that is told without the words that an earlier one under its reference had: a machine's alarms begin alike.
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void A_part_like_one_of_an_earlier_message_is_part_of_the_later_one_too(byte first, byte then)
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        var user = new EndUser(h);
        user.Say("alarm: ", 2, 1);
        user.Say("door", 2, 2);
        user.Say("alarm: ", 2, 1); // told again, and of no later message
        user.Say("gate", 2, 2);
        h.Advance(1_300_000, 10_000);
        Say(first);
        Say(then);
        h.Advance(400_000, 10_000);
        Assert.Equal([("alarm: door", 2), ("…gate", 2), ("alarm: window", 2)], EndUser.Kept(h));
        Assert.Equal(0, OpenParts(h, user));

        user.Say("alarm: ", 2, 1);
        h.Advance(310_000, 10_000);
        user.Say("roof", 2, 2); // too late to be of one message
        h.Advance(310_000, 10_000);
        Assert.Equal(("…roof", 2), EndUser.Kept(h)[^1]);

        user.Say("alarm: ", 2, 1);
        user.Say("fire: ", 2, 1);
        user.Say("garage", 2, 2);
        Assert.Equal(("fire: garage", 2), EndUser.Kept(h)[^1]);

        void Say(byte part) => Assert.True(user.Say(part == 1 ? "alarm: " : "window", 2, part).Kept);
    }

    [Fact]
    public void A_reference_that_comes_again_with_another_text_is_another_message()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        var user = new EndUser(h);
        user.Say("a", 2, 1);
        user.Say("c", 2, 1);
        user.Say("d", 2, 2);
        Assert.Equal([("a…", 2), ("cd", 2)], EndUser.Kept(h));
    }

    [Fact]
    public void Numbers_persons_and_references_are_kept_apart()
    {
        Tenant tenant = EngineHarness.TenantWith(new TenantLimits(), 1, "+39000", "+39001");
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        h.Configure([tenant], [EngineHarness.Account(1, "p")]);
        var first = new EndUser(h);
        var second = new EndUser(h, "+393330000009");
        first.Say("a", 2, 1);
        second.Say("b", 2, 2);
        first.Say("c", 2, 2, number: "+39001");
        first.Say("d", 2, 2, reference: 8);
        first.Say("e", 3, 2);
        Assert.Empty(EndUser.Kept(h));
    }

    [Fact]
    public void What_does_not_come_in_time_is_shown_as_a_gap()
    {
        using EngineHarness h = new EngineHarness(options: new EngineOptions { PartsWaitSeconds = 10 }).Simple(AllShards);
        var user = new EndUser(h);
        user.Say("b", 4, 2);
        h.Advance(8_000, 500);
        Assert.Empty(EndUser.Kept(h));
        h.Advance(4_000, 500);
        Assert.Equal([("…b…", 4)], EndUser.Kept(h));
        Assert.Equal(1, h.Engine.Inbound[InboundCount.Incomplete]);
        Assert.True(user.Say("c", 4, 3).Kept); // too late: a message of its own
        h.Advance(12_000, 500);
        Assert.Equal([("…b…", 4), ("…c…", 4)], EndUser.Kept(h));
    }

    [Fact]
    public void A_restart_gives_open_parts_back_with_the_time_they_have_left()
    {
        var store = new Testing.MemoryStore();
        var time = new SteppedTime();
        using (EngineHarness h = new EngineHarness(store: store, time: time).Simple(AllShards))
        {
            var user = new EndUser(h);
            user.Say("uno ", 2, 1);
            user.Say("x", 3, 3, reference: 9);
            h.Advance(200_000, 1_000);
            h.Journal.Crash();
            h.Workers.Stop();
        }

        using EngineHarness next = new EngineHarness(store: store, time: time).Simple(AllShards);
        var same = new EndUser(next);
        Assert.Equal(2, OpenParts(next, same));
        same.Say("due", 2, 2);
        Assert.Equal([("uno due", 2)], EndUser.Kept(next));
        next.Advance(90_000, 1_000);
        Assert.Single(EndUser.Kept(next));
        next.Advance(20_000, 1_000);
        Assert.Equal([("uno due", 2), ("…x", 3)], EndUser.Kept(next));
        Assert.Equal(0, next.Engine.Waiting.Of(1));
    }

    // The parts are kept, their whole not yet: whoever owns the shard next makes it.
    [Theory]
    [InlineData(PartOutcome.Refused, false)]
    [InlineData(PartOutcome.Unknown, false)]
    [InlineData(PartOutcome.Unknown, true)]
    public void A_join_whose_commit_fails_is_made_once(PartOutcome fate, bool stored)
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        var user = new EndUser(h);
        user.Say("stop ", 2, 1);
        EndUser.Told last = user.Tell("all", 2, 2);
        h.Run();
        h.Journal.Commit();
        h.Journal.NextOutcome(fate, stored);
        h.RunUntilIdle();
        Assert.True(last.Kept);
        if (h.Lost.Count > 0)
        {
            h.Own(user.Contact.Shard);
        }

        h.Advance(1_000, 50);
        Assert.Equal([("stop all", 2)], EndUser.Kept(h));
        Assert.True(user.Flags.Blocked);
        Assert.Single(h.Provider.Written);
        Assert.Equal(0, OpenParts(h, user));
    }

    [Fact]
    public void When_a_shard_is_full_of_parts_the_oldest_is_told_as_it_is()
    {
        using EngineHarness h = new EngineHarness(options: new EngineOptions { PartsMax = 256 }).Simple(AllShards);
        var user = new EndUser(h);
        for (int part = 1; part < 255; part++)
        {
            user.Tell("a", 255, (byte)part);
        }

        h.RunUntilIdle();
        Assert.Empty(EndUser.Kept(h));
        for (ushort reference = 100; reference < 103; reference++)
        {
            user.Say("b", 2, 1, reference);
        }

        Assert.Equal((new string('a', 254) + "…", 255), Assert.Single(EndUser.Kept(h)));
        Assert.Equal(3, OpenParts(h, user));
    }

    [Fact]
    public void A_person_with_many_open_messages_has_the_oldest_told_as_it_is()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        var user = new EndUser(h);
        for (ushort reference = 1; reference <= 10; reference++)
        {
            user.Tell($"{reference}", 2, 1, reference);
        }

        h.RunUntilIdle();
        Assert.Equal([("1…", 2), ("2…", 2)], EndUser.Kept(h));
    }

    [Fact]
    public void Parts_to_a_shared_number_find_their_tenant_once_joined()
    {
        using EngineHarness h = new EngineHarness().Simple(AllShards);
        h.Configure(
            [EndUser.TenantWith(1, StopScope.Marketing, [new KeywordRule { Word = "pizza", IsPrefix = true, Number = "48500" }], "+39000")], [EngineHarness.Account(1, "p")]);
        var user = new EndUser(h, to: "48500");
        Assert.True(user.Say(" margherita", 2, 2).Kept);
        Assert.True(user.Say("pizza", 2, 1).Kept);
        Assert.Equal([("pizza margherita", 2)], EndUser.Kept(h));
        Assert.Equal(MessageStatus.Delivered, Assert.Single(EndUser.Stored(h, 0)).Events[^1].Status);
    }

    private static int OpenParts(EngineHarness h, EndUser user) => h.Engine.OwnerOf(user.Contact.Shard)!.Shard.OpenParts;

    private static JournalEntry[] Events(EngineHarness h) => [.. h.Journal.Events.ReadAll().Select(static e => e.Entry)];
}
