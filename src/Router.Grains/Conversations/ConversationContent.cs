using System.Text.Encodings.Web;
using System.Text.Json;
using Router.Core.Conversations;
using Router.Engine.Sealing;

namespace Router.Grains.Conversations;

/// <summary>What people and bots wrote beside a conversation: a JSON object, sealed as a whole. A bot's session finds its place here as a property of its own.</summary>
internal sealed record ConversationContent(IReadOnlyList<ConversationNote> Notes)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Nothing.</summary>
    public static ConversationContent Empty { get; } = new([]);

    /// <summary>Opens what a grain keeps; null: its key was destroyed.</summary>
    public static ConversationContent? TryOpen(IRecordSealer sealer, int tenant, ConversationMemory memory) =>
        memory.Content is null ? Empty
        : SealedText.TryOpen(sealer, tenant, memory.KeySlot, memory.Content) is { } plain ? JsonSerializer.Deserialize<ConversationContent>(plain, Json)
        : null;

    /// <summary>Seals it; null: the key was destroyed.</summary>
    public byte[]? TrySeal(IRecordSealer sealer, int tenant, uint keySlot) => SealedText.TrySeal(sealer, tenant, keySlot, JsonSerializer.SerializeToUtf8Bytes(this, Json));
}
