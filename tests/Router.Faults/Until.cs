namespace Router.Faults;

/// <summary>Waits for a condition, never for a time; the limit only ends a test that has failed.</summary>
internal static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    /// <param name="condition">What is waited for.</param>
    /// <param name="otherwise">What is told when it does not come.</param>
    /// <param name="perStep">Where it is a long way: how far it is. The limit counts from its last step.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> otherwise, Func<long>? perStep = null)
    {
        var patience = new CancellationTokenSource(Patience);
        long? at = perStep?.Invoke();
        while (!await condition())
        {
            if (perStep?.Invoke() is { } now && now != at)
            {
                at = now;
                patience.Dispose();
                patience = new CancellationTokenSource(Patience);
            }

            if (patience.IsCancellationRequested)
            {
                Assert.Fail(otherwise());
            }

            await Task.Delay(50, CancellationToken.None);
        }

        patience.Dispose();
    }

    public static Task TrueAsync(Func<bool> condition, Func<string> otherwise, Func<long>? perStep = null) => TrueAsync(() => Task.FromResult(condition()), otherwise, perStep);
}
