namespace Router.Engine.Dispatch;

/// <summary>Where a <see cref="CircuitBreaker"/> stands.</summary>
public enum BreakerState : byte
{
    /// <summary>All may leave.</summary>
    Closed = 0,

    /// <summary>Nothing leaves until its pause is over.</summary>
    Open = 1,

    /// <summary>A few leave, to see.</summary>
    HalfOpen = 2,
}
