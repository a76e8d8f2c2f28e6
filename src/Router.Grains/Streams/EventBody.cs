namespace Router.Grains.Streams;

/// <summary>One event in <see cref="EventBodies"/>.</summary>
/// <param name="IdHead">Its id.</param>
/// <param name="IdTail">Its id.</param>
/// <param name="Type">Its type's word.</param>
/// <param name="Start">Where its JSON begins.</param>
/// <param name="Length">How long that is.</param>
public readonly record struct EventBody(ulong IdHead, ulong IdTail, string Type, int Start, int Length);
