using System.Text.Json;
using Router.Core.Addresses;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine;
using Router.Engine.Providers;
using Router.Engine.Sealing;
using Router.Engine.Work;
using Router.Grains.Administration;
using Router.Streams.Topics;

namespace Router.Streams.In;

/// <summary>
/// What channel gateways tell: messages from end users <c>{provider, from, to, content, providerMessageId, at}</c> and receipts <c>{provider, providerMessageId, status, reason?, at}</c>
/// (DESIGN §6). Unknown fields are passed over: a gateway may tell more than Router needs. Any thread.
/// </summary>
internal sealed class GatewayRecords(IAdministration administration, IKeyedHash hash, SiloEngine engine)
{
    private const int ValueBytesMax = 64 * 1024;

    /// <summary>Whether it can never be taken; then <paramref name="reason"/> says why.</summary>
    public bool Refuses(TopicKind kind, ReadOnlySpan<byte> value, out string reason)
    {
        reason = "";
        if (value.Length > ValueBytesMax)
        {
            reason = "too_large";
            return true;
        }

        try
        {
            var reader = new Utf8JsonReader(value);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            reason = kind == TopicKind.Inbound ? WrongInbound(document.RootElement) : WrongReceipt(document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            reason = "malformed_json"; // the second: text that is not UTF-8
        }

        return reason.Length > 0;
    }

    /// <summary>Tells the engine what <see cref="Refuses"/> found right; false: it could not be kept: if <see cref="Refuses"/> still finds it right, tell it again.</summary>
    public Task<bool> TellAsync(TopicKind kind, byte[] value)
    {
        using JsonDocument document = JsonDocument.Parse(value);
        JsonElement told = document.RootElement;
        if (Find(told) is not { } account)
        {
            return Task.FromResult(false); // the provider was removed since it was looked at
        }

        var kept = new ScheduledAnswer<bool>(engine.Scheduler);
        if (kind == TopicKind.Inbound)
        {
            if (From(told, account) is not { } address)
            {
                return Task.FromResult(false); // the provider has other channels since
            }

            (Channel channel, byte[] from) = address;
            var message = new InboundMessage
            {
                Provider = account.Number,
                Channel = channel,
                From = from,
                To = Text(told, "to"),
                Text = Text(told.GetProperty("content"), "text"),
                ProviderMessageId = Text(told, "providerMessageId"),
            };
            engine.Receive(message, static (state, _, isKept) => ((ScheduledAnswer<bool>)state!).TryGive(isKept), kept, 0);
        }
        else
        {
            var receipt = new Receipt { Provider = account.Number, ReceiptKey = hash.ReceiptKey(account.Number, Text(told, "providerMessageId")), Status = StatusOf(told) };
            engine.Receive(receipt, static (state, _, isKept) => ((ScheduledAnswer<bool>)state!).TryGive(isKept), kept, 0);
        }

        return kept.Task;
    }

    private string WrongInbound(JsonElement told) =>
        told.ValueKind != JsonValueKind.Object ? "malformed_json"
        : Find(told) is not { } account ? "unknown_provider"
        : From(told, account) is null ? "invalid_from"
        : Text(told, "to").Length == 0 ? "invalid_to"
        : !told.TryGetProperty("content", out JsonElement content) || content.ValueKind != JsonValueKind.Object || !IsText(content, "text") ? "invalid_content"
        : "";

    private string WrongReceipt(JsonElement told) =>
        told.ValueKind != JsonValueKind.Object ? "malformed_json"
        : Find(told) is null ? "unknown_provider"
        : Text(told, "providerMessageId").Length == 0 ? "invalid_provider_message_id"
        : StatusOf(told) == default ? "invalid_status"
        : "";

    private ProviderAccount? Find(JsonElement told) =>
        told.TryGetProperty("provider", out JsonElement name) && name.ValueKind == JsonValueKind.String ? administration.Current.FindProvider(name.GetString()!) : null;

    // With its channel's word, or as an address of the provider's only channel.
    private static (Channel Channel, byte[] Value)? From(JsonElement told, ProviderAccount account)
    {
        byte[] from = Text(told, "from");
        int colon = from.AsSpan().IndexOf((byte)':');
        return colon > 0 && WireNames.TryParse(from.AsSpan(0, colon), out Channel channel) ? from.Length > colon + 1 ? (channel, from[(colon + 1)..]) : null
            : from.Length is > 0 and <= Address.ValueBytesMax && account.Settings.Channels is [{ } only] && WireNames.TryParse(System.Text.Encoding.ASCII.GetBytes(only), out channel) ? (channel, from)
            : null;
    }

    private static MessageStatus StatusOf(JsonElement told) =>
        WireNames.TryParse(Text(told, "status"), out MessageStatus status)
            && status is MessageStatus.Delivered or MessageStatus.Read or MessageStatus.Undelivered or MessageStatus.Expired or MessageStatus.Rejected or MessageStatus.Cancelled
                ? status
                : default;

    private static bool IsText(JsonElement told, string name) => told.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String;

    private static byte[] Text(JsonElement told, string name) => IsText(told, name) ? System.Text.Encoding.UTF8.GetBytes(told.GetProperty(name).GetString()!) : [];
}
