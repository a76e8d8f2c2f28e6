using System.Text.Json;
using Router.FrontDoor.Json;
using Router.Grains.Webhooks;

namespace Router.FrontDoor.Webhooks;

/// <summary>A webhook and an answer of its receiver, as answers.</summary>
internal static class WebhookJson
{
    internal static void Write(Utf8JsonWriter json, WebhookView webhook)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, webhook.Name);
        json.WriteString("url"u8, webhook.Url);
        json.WriteStartArray("events"u8);
        foreach (string word in webhook.Events)
        {
            json.WriteStringValue(word);
        }

        json.WriteEndArray();
        json.WriteBoolean("enabled"u8, webhook.Enabled);
        if (webhook.Secret is not null)
        {
            json.WriteString("secret"u8, webhook.Secret);
        }

        WriteTime(json, "oldSecretUntil", webhook.OldSecretEndMs);
        if (webhook.DisabledAtMs != 0)
        {
            json.WriteStartObject("disabled"u8);
            WriteTime(json, "at", webhook.DisabledAtMs);
            json.WriteString("because"u8, webhook.DisabledBecause);
            json.WriteEndObject();
        }

        WriteTime(json, "failingSince", webhook.FailingSinceMs);
        if (webhook.GivenUp > 0)
        {
            json.WriteNumber("givenUp"u8, webhook.GivenUp);
        }

        json.WriteEndObject();
    }

    internal static void Write(Utf8JsonWriter json, WebhookAnswer answer)
    {
        json.WriteStartObject();
        json.WriteBoolean("taken"u8, answer.IsTaken);
        if (answer.Fault is null)
        {
            json.WriteNumber("status"u8, answer.Status);
        }
        else
        {
            json.WriteString("fault"u8, answer.Fault);
        }

        json.WriteNumber("ms"u8, answer.Ms);
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, long unixMs)
    {
        if (unixMs != 0)
        {
            Span<byte> room = stackalloc byte[Utf8Text.TimeLength];
            var text = new Utf8Text(room);
            text.Time(unixMs);
            json.WriteString(name, room);
        }
    }
}
