using Microsoft.Extensions.Time.Testing;
using Router.FrontDoor.Events;
using Router.Testing;

namespace Router.FrontDoor.Tests;

public sealed class StreamWaitTests
{
    [Fact]
    public void A_wait_ends_after_its_time_and_each_has_its_own()
    {
        FakeTimeProvider time = new();
        using StreamWait wait = new(time, CancellationToken.None);
        CancellationToken first = wait.Begin(TimeSpan.FromSeconds(15));
        time.Advance(TimeSpan.FromSeconds(14));
        Assert.False(first.IsCancellationRequested);

        CancellationToken second = wait.Begin(TimeSpan.FromSeconds(15));
        time.Advance(TimeSpan.FromSeconds(14));
        Assert.False(second.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(second.IsCancellationRequested);
        Assert.False(wait.Begin(TimeSpan.FromSeconds(15)).IsCancellationRequested);
    }

    [Fact]
    public void All_end_with_their_stream_and_cost_nothing_each()
    {
        using CancellationTokenSource ended = new();
        using StreamWait wait = new(TimeProvider.System, ended.Token);
        Allocations.AssertNone(() => Assert.False(wait.Begin(TimeSpan.FromHours(1)).IsCancellationRequested), runs: 1_000);

        CancellationToken last = wait.Begin(TimeSpan.FromHours(1));
        ended.Cancel();
        Assert.True(last.IsCancellationRequested);
        Assert.True(wait.Begin(TimeSpan.FromHours(1)).IsCancellationRequested);
    }
}
