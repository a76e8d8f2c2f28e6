using System.Diagnostics;
using Router.Core.Messages;

namespace Router.Core.Tests.Messages;

/// <summary>What of a trace is kept with a message.</summary>
public sealed class TraceContextTests
{
    private const string Parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-";

    [Fact]
    public void A_recorded_span_is_kept_as_it_is_and_comes_back_as_the_parent_of_others()
    {
        Assert.True(ActivityContext.TryParse(Parent + "01", null, isRemote: true, out ActivityContext span));

        TraceContext kept = TraceContext.Of(span);

        Assert.True(kept.IsRecorded);
        Assert.Equal(new TraceContext(0x4bf9_2f35_77b3_4da6, 0xa3ce_929d_0e0e_4736, 0x00f0_67aa_0ba9_02b7), kept);
        Assert.Equal(span, kept.ToParent());
        byte[] bytes = new byte[TraceContext.Size];
        kept.Write(bytes);
        Assert.Equal("4bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b7", Convert.ToHexStringLower(bytes));
        Assert.Equal(kept, TraceContext.Read(bytes));
    }

    [Fact]
    public void One_that_is_not_recorded_is_none()
    {
        Assert.True(ActivityContext.TryParse(Parent + "00", null, isRemote: true, out ActivityContext span));

        Assert.Equal(default, TraceContext.Of(span));
        Assert.False(TraceContext.Of(span).IsRecorded);
    }
}
