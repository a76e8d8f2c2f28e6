using Router.Engine.Sealing;

namespace Router.Grains.Conversations;

/// <summary>
/// What <see cref="ConversationGrain"/> keeps; the facts are the shard's and not here. Stored as JSON; add properties, never rename them. Only <see cref="Content"/> and <see cref="Reader"/> say
/// anything of people, and they lie under the contact's key: they die with it. The rest ends with the tenant (<see cref="ConversationRemains"/>).
/// </summary>
[GenerateSerializer]
public sealed class ConversationMemory
{
    internal const string StateName = "conversation";

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

    /// <summary>The name of the key with which it was, as earlier versions kept it: not under the contact's key. Read, no longer written.</summary>
    [Id(4)]
    public string? SeenBy { get; set; }

    /// <summary>The name of the key with which it was, as <see cref="SealedText"/>; null: it has none.</summary>
    [Id(5)]
    public byte[]? Reader { get; set; }

    /// <summary>Slot of the contact's key under which <see cref="Reader"/> is sealed.</summary>
    [Id(6)]
    public uint ReaderSlot { get; set; }
}
