using Router.Engine.Journal;
using Router.Engine.Webhooks;

namespace Router.Grains.Webhooks;

/// <summary>The progress of a delivery in the form that <see cref="WebhookState"/> keeps.</summary>
internal static class WebhookStateCodec
{
    private const int RetryLength = 5;

    /// <summary>A copy to change: what is kept stays as it is until the change is stored.</summary>
    public static WebhookState Copy(this WebhookState state) => new()
    {
        Number = state.Number,
        Url = state.Url,
        Events = state.Events,
        Enabled = state.Enabled,
        Secret = state.Secret,
        OldSecret = state.OldSecret,
        OldSecretEndMs = state.OldSecretEndMs,
        DisabledAtMs = state.DisabledAtMs,
        DisabledBecause = state.DisabledBecause,
        OwesNotice = state.OwesNotice,
        Done = state.Done,
        Retries = state.Retries,
        FailingSinceMs = state.FailingSinceMs,
        Failures = state.Failures,
        Pauses = state.Pauses,
        PausedUntilMs = state.PausedUntilMs,
        GivenUp = state.GivenUp,
    };

    /// <summary>Reads it.</summary>
    public static DeliveryProgress Progress(this WebhookState state)
    {
        LogPosition[] places = [.. state.Done.Chunk(2).Select(static p => new LogPosition(p[0], (int)p[1]))];
        return new DeliveryProgress
        {
            Position = places.Length > 0 ? places[0] : default,
            Done = places.Length > 1 ? places[1..] : [],
            Retries = [.. state.Retries.Chunk(RetryLength).Select(static r => new DeliveryRetry(new LogPosition(r[0], (int)r[1]), (int)r[2], r[3], r[4]))],
            FailingSinceMs = state.FailingSinceMs,
            Failures = state.Failures,
            Pauses = state.Pauses,
            PausedUntilMs = state.PausedUntilMs,
            GivenUp = state.GivenUp,
        };
    }

    /// <summary>Writes it.</summary>
    public static void Set(this WebhookState state, DeliveryProgress progress)
    {
        state.Done = [progress.Position.Commit, progress.Position.Index, .. progress.Done.SelectMany(static p => new[] { p.Commit, p.Index })];
        state.Retries = [.. progress.Retries.SelectMany(static r => new[] { r.Position.Commit, r.Position.Index, r.Failures, r.FirstFailedMs, r.DueMs })];
        state.FailingSinceMs = progress.FailingSinceMs;
        state.Failures = progress.Failures;
        state.Pauses = progress.Pauses;
        state.PausedUntilMs = progress.PausedUntilMs;
        state.GivenUp = progress.GivenUp;
    }
}
