using System.Text;
using Router.LoadTest.Load;
using Router.LoadTest.Report;
using Router.LoadTest.Watch;

namespace Router.LoadTest.Tests;

public sealed class WatchTests
{
    private const long Millisecond = 1_000_000;

    /// <summary>Guards against a stall that a median does not see because its seconds have no point.</summary>
    [Fact]
    public void Seconds_in_which_something_was_due_and_nothing_answered_are_as_bad_as_the_next()
    {
        var tally = new Tally("load");
        tally.Begin(0);
        tally.Answer(202, 0, 0, 2 * Millisecond);
        tally.EndSecond(1, 1, 0, 0);
        tally.EndSecond(2, 1, 0, 0); // nothing was due
        tally.EndSecond(3, 2, 1, 0);
        tally.EndSecond(4, 3, 1, 1);
        tally.Answer(202, 0, 0, 2_500 * Millisecond);
        tally.EndSecond(5, 3, 0, 0);
        Track p99 = tally.Answered.Tracks.Single(static t => t.Name == "load p99");
        Assert.Equal([1, 3, 4, 5], p99.Times);
        Assert.All(p99.Values.Skip(1), static v => Assert.InRange(v, 2_490, 2_510));
        Assert.Equal(2, tally.Answered.TakeTotal().Count);
    }

    [Fact]
    public void A_refusal_is_an_answer_too()
    {
        var tally = new Tally("load");
        tally.Begin(0);
        tally.Answer(429, 0, 0, 1);
        tally.EndSecond(1, 2, 1, 0);
        tally.Answer(202, 0, 0, 1);
        tally.EndSecond(2, 2, 0, 0);
        Assert.Equal([2], tally.Answered.Tracks.First().Times);
    }

    [Fact]
    public void An_id_counts_by_its_random_bits() => Assert.Equal(
        0x8f39_d3bd_ec4a_2953,
        EventReader.RandomBits(Encoding.ASCII.GetBytes("""accepted\ndata: {"type":"message.accepted","message":"01a21e50-ab3a-7540-8f39-d3bdec4a2953","status":"accepted"}""")));

    [Fact]
    public void An_event_without_a_messages_id_is_told() => Assert.Throws<InvalidDataException>(() => EventReader.RandomBits(Encoding.ASCII.GetBytes(new string('x', 64))));
}
