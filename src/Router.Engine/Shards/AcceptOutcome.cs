namespace Router.Engine.Shards;

/// <summary>What became of a request to accept a message.</summary>
public enum AcceptOutcome : byte
{
    /// <summary>Not known yet.</summary>
    Pending = 0,

    /// <summary>Kept: 202. A repeat of an idempotency key with the same body is answered like the first.</summary>
    Accepted = 1,

    /// <summary>The idempotency key was used with another body: 422.</summary>
    OtherBody = 2,

    /// <summary>Not kept; try again: 503 with <c>Retry-After</c>.</summary>
    Unavailable = 3,
}
