using Router.FrontDoor.Accepting;

namespace Router.FrontDoor.Tests;

/// <summary>The ring of a stream's answers.</summary>
public sealed class AnswerRingTests
{
    /// <summary>Regression: a window that began inside a chunk laid its last chunk over its first.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(500)]
    [InlineData(1_023)]
    [InlineData(1_024)]
    public void Slots_in_use_keep_what_they_hold_wherever_the_window_begins(int begin)
    {
        using var ring = new AnswerRing();
        long number = 0;
        for (; number < begin; number++)
        {
            ring.Open(number);
        }

        ring.CloseUpTo(begin);
        for (int turn = 0; turn < 3; turn++)
        {
            long end = number + AnswerRing.Capacity;
            for (; number < end; number++)
            {
                ring.Open(number).Line = number;
            }

            for (long used = end - AnswerRing.Capacity; used < end; used++)
            {
                Assert.Equal(used, ring[used].Line);
            }

            ring.CloseUpTo(end);
        }
    }
}
