namespace Router.Grains.Conversations;

/// <summary>
/// What <see cref="ConversationGrain"/> keeps; the facts are the shard's and not here. Stored as JSON; add properties, never rename them. Only <see cref="Content"/> says anything of people,
/// and it lies under the contact's key: it dies with it.
/// </summary>
[GenerateSerializer]
public sealed class ConversationMemory
{
    /// <summary>Slot of the contact's key under which <see cref="Content"/> is sealed.</summary>
    [Id(0)]
    public uint KeySlot { get; set; }

    /// <summary>A sealed <see cref="ConversationContent"/>; null: nothing yet.</summary>
    [Id(1)]
    public byte[]? Content { get; set; }

    /// <summary>Inbound messages there were when someone who may answer last looked.</summary>
    [Id(2)]
    public uint Seen { get; set; }

    /// <summary>When that was, Unix ms; 0: never.</summary>
    [Id(3)]
    public long SeenAtMs { get; set; }

    /// <summary>The name of the key with which it was; null: it has none.</summary>
    [Id(4)]
    public string? SeenBy { get; set; }
}
