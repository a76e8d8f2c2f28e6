using Router.Core.Messages;
using Router.Engine.Journal;

namespace Router.Testing;

public abstract partial class JournalContract
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task The_trace_of_a_message_is_kept_and_comes_back_with_what_is_unfinished(bool hasFallback, bool hasRegion)
    {
        ShardWriter writer = await TakeAsync(5);
        var trace = new TraceContext(0x4bf9_2f35_77b3_4da6, 0xa3ce_929d_0e0e_4736, 0x00f0_67aa_0ba9_02b7);
        AcceptedMessage traced = await writer.AcceptAsync(Some.Contact(5, 1), "ciao", with: m => m with
        {
            Trace = trace, Region = hasRegion ? 5u : 0, Fallback = hasFallback ? Some.Id(9, 77) : default, FallbackAfterSeconds = hasFallback ? 30 : 0,
        });
        AcceptedMessage untraced = await writer.AcceptAsync(Some.Contact(5, 2), "ciao");
        await writer.KeepAsync();

        for (int round = 0; round < 2; round++)
        {
            writer = await ReopenAndTakeAsync(5);
            Assert.Equal([trace, default], writer.Taken.Unfinished.OrderBy(static m => m.Accepted.Id.Head).Select(static m => m.Accepted.Trace));
            StoredMessage found = await FindAsync(traced);
            Assert.Equal(MessageFacts.Of(traced), MessageFacts.Of(found.Accepted));
            Assert.Equal(Some.Record("ciao"), found.Record);
            Assert.Equal(MessageFacts.Of(untraced), MessageFacts.Of((await FindAsync(untraced)).Accepted));
        }
    }
}
