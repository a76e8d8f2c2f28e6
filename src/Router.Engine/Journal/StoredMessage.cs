namespace Router.Engine.Journal;

/// <summary>A message as stored.</summary>
public sealed class StoredMessage
{
    /// <summary>What was kept at acceptance.</summary>
    public required AcceptedMessage Accepted { get; init; }

    /// <summary>The opened record (<c>MessageRecord</c>); null: its key was destroyed.</summary>
    public required byte[]? Record { get; init; }

    /// <summary>Its events, oldest first; the first is <c>accepted</c>.</summary>
    public required IReadOnlyList<StoredEvent> Events { get; init; }
}
