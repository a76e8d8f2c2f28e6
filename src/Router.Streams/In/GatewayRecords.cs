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

    /// <summary>
    /// Decodes a record; null: it can never be taken, and <paramref name="reason"/> says why. All that is wrong with one is found here, so that what is decoded can be told: a provider that is removed or
    /// changed is another matter, which is found when it is decoded again.
    /// </summary>
    public GatewayTold? Read(TopicKind kind, ReadOnlySpan<byte> value, out string reason)
    {
        if (value.Length > ValueBytesMax)
        {
            reason = "too_large";
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(value);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            reader.Read(); // throws where anything but white space follows
            return kind == TopicKind.Inbound ? ReadInbound(document.RootElement, out reason) : ReadReceipt(document.RootElement, out reason);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            reason = "malformed_json"; // the second: text that is not UTF-8, or half of a surrogate pair
            return null;
        }
    }

    /// <summary>Tells the engine; false: it could not be kept: decode it again and tell that.</summary>
    public Task<bool> TellAsync(GatewayTold told)
    {
        var kept = new ScheduledAnswer<bool>(engine.Scheduler);
        if (told.Status == default)
        {
            var message = new InboundMessage { Provider = told.Provider, Channel = told.Channel, From = told.From, To = told.To, Text = told.Text, ProviderMessageId = told.ProviderMessageId };
            engine.Receive(message, static (state, _, isKept) => ((ScheduledAnswer<bool>)state!).TryGive(isKept), kept, 0);
        }
        else
        {
            var receipt = new Receipt { Provider = told.Provider, ReceiptKey = hash.ReceiptKey(told.Provider, told.ProviderMessageId), Status = told.Status };
            engine.Receive(receipt, static (state, _, isKept) => ((ScheduledAnswer<bool>)state!).TryGive(isKept), kept, 0);
        }

        return kept.Task;
    }

    private GatewayTold? ReadInbound(JsonElement told, out string reason)
    {
        ProviderAccount? account = null;
        (Channel Channel, byte[] Value)? from = null;
        byte[] to = [];
        JsonElement content = default;
        reason = told.ValueKind != JsonValueKind.Object ? "malformed_json"
            : (account = Find(told)) is null ? "unknown_provider"
            : (from = From(told, account)) is null ? "invalid_from"
            : (to = Text(told, "to")).Length == 0 ? "invalid_to"
            : !told.TryGetProperty("content", out content) || content.ValueKind != JsonValueKind.Object || !IsText(content, "text") ? "invalid_content"
            : "";
        return reason.Length > 0 ? null : new GatewayTold
        {
            Provider = account!.Number,
            Channel = from!.Value.Channel,
            From = from.Value.Value,
            To = to,
            Text = Text(content, "text"),
            ProviderMessageId = Text(told, "providerMessageId"),
        };
    }

    private GatewayTold? ReadReceipt(JsonElement told, out string reason)
    {
        ProviderAccount? account = null;
        byte[] id = [];
        MessageStatus status = default;
        reason = told.ValueKind != JsonValueKind.Object ? "malformed_json"
            : (account = Find(told)) is null ? "unknown_provider"
            : (id = Text(told, "providerMessageId")).Length == 0 ? "invalid_provider_message_id"
            : (status = StatusOf(told)) == default ? "invalid_status"
            : "";
        return reason.Length > 0 ? null : new GatewayTold { Provider = account!.Number, ProviderMessageId = id, Status = status };
    }

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
