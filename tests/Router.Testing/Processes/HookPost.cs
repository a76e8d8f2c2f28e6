using System.Text.Json;

namespace Router.Testing.Processes;

/// <summary>A post that came.</summary>
public sealed record HookPost(string Id, bool Valid, int Status, int Signatures, JsonElement Body)
{
    public string Type => Body.GetProperty("type").GetString()!;

    public string? Message => Body.TryGetProperty("message", out JsonElement id) ? id.GetString() : null;

    public string? Conversation => Body.TryGetProperty("conversation", out JsonElement id) ? id.GetString() : null;
}
