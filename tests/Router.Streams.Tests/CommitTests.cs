using Confluent.Kafka;
using Router.Streams.In;

namespace Router.Streams.Tests;

/// <summary>
/// The group's offsets outlive a quiet week: Kafka forgets them so long after a partition's last commit, and the client commits none that stayed as it was. What lies in the topic would be sent again.
/// </summary>
public sealed class CommitTests
{
    private const string Quiet = "router.channel.inbound";
    private const string Unread = "router.channel.receipts";
    private const string Empty = "router.outbound";

    [Fact]
    public void What_is_settled_is_committed_each_hour_although_nothing_comes()
    {
        using var reader = new ScriptedReader(Quiet, Unread, Empty);
        OffsetPrefix prefix = reader.PrefixOf(Quiet);
        prefix.Read(7);
        prefix.Read(8);
        prefix.Settle(7, 0);
        reader.Client.Group[new TopicPartition(Unread, 0)] = 42; // settled before this silo began
        Pass(reader, TimeSpan.FromMinutes(1));
        Assert.Equal([At(Quiet, 8)], reader.Client.Stored);
        Assert.Empty(reader.Client.Commits);

        Pass(reader, TimeSpan.FromHours(1));
        Assert.Equal([At(Quiet, 8), At(Unread, 42)], reader.Client.Commits);

        reader.Client.IsAlone = true;
        Pass(reader, TimeSpan.FromHours(1));
        Pass(reader, TimeSpan.FromMinutes(1));
        Assert.Equal(2, reader.Client.Asked); // a coordinator that is away holds up the reader no oftener

        reader.Client.IsAlone = false;
        Pass(reader, TimeSpan.FromHours(1));
        Assert.Equal([At(Quiet, 8), At(Unread, 42)], reader.Client.Commits[2..]);
    }

    // The client by itself commits only what is higher than what it committed last.
    [Fact]
    public void Of_a_topic_made_anew_the_first_that_is_settled_is_committed_at_once()
    {
        using var reader = new ScriptedReader(Quiet);
        OffsetPrefix prefix = reader.PrefixOf(Quiet);
        prefix.Read(999);
        prefix.Settle(999, 0);
        Pass(reader, TimeSpan.FromMinutes(1));
        int anew = prefix.Read(0);
        prefix.Settle(0, anew);
        Pass(reader, TimeSpan.FromMinutes(1));
        Assert.Equal([At(Quiet, 1)], reader.Client.Commits);
        prefix.Read(1);
        prefix.Settle(1, anew);
        Pass(reader, TimeSpan.FromMinutes(1));
        Assert.Equal([At(Quiet, 1000), At(Quiet, 1), At(Quiet, 2)], reader.Client.Stored);
        Assert.Single(reader.Client.Commits);
    }

    private static void Pass(ScriptedReader reader, TimeSpan time)
    {
        reader.Time.Advance(time);
        reader.Turn();
    }

    private static TopicPartitionOffset At(string topic, long offset) => new(topic, 0, offset);
}
