using System.Text.Json;
using Router.Core.Tenants;
using Router.Engine.Dispatch;
using Router.FrontDoor.Messages;
using Router.Grains.Administration;

namespace Router.FrontDoor.Administration;

/// <summary>A provider account with its state, over all silos and on each.</summary>
internal static class ProviderJson
{
    internal static void Write(Utf8JsonWriter json, ProviderAccount account, IReadOnlyList<SiloLook> silos, Action<Utf8JsonWriter, ProviderAccount> writeSettings)
    {
        json.WriteStartObject();
        writeSettings(json, account);
        json.WriteString("state"u8, State(account, silos));
        json.WriteStartArray("silos"u8);
        foreach (SiloLook silo in silos)
        {
            foreach (ProviderOnSilo here in silo.Providers.Where(p => p.Number == account.Number))
            {
                Write(json, silo.Silo, here);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Up: it takes messages somewhere.
    private static string State(ProviderAccount account, IReadOnlyList<SiloLook> silos) => account switch
    {
        { Settings.Enabled: false } => "disabled",
        { IsDraining: true } => "draining",
        _ => silos.Any(s => s.Providers.Any(p => p.Number == account.Number && p.IsUp && p.Breaker != BreakerState.Open)) ? "up" : "down",
    };

    private static void Write(Utf8JsonWriter json, string silo, ProviderOnSilo here)
    {
        json.WriteStartObject();
        json.WriteString("silo"u8, silo);
        json.WriteBoolean("up"u8, here.IsUp);
        json.WriteString("breaker"u8, here.Breaker switch { BreakerState.Closed => "closed"u8, BreakerState.Open => "open"u8, _ => "half_open"u8 });
        json.WriteNumber("inFlight"u8, here.InFlight);
        json.WriteNumber("window"u8, here.Window);
        json.WriteNumber("unkept"u8, here.Unkept);
        json.WriteNumber("lanes"u8, here.Lanes);
        json.WriteBoolean("throttled"u8, here.IsThrottled);
        if (here.PerSecond is { } perSecond)
        {
            json.WriteNumber("perSecond"u8, perSecond);
        }

        json.WriteStartObject("sessions"u8);
        json.WriteNumber("open"u8, here.SessionsOpen);
        json.WriteNumber("wanted"u8, here.SessionsWanted);
        json.WriteEndObject();
        json.WriteStartObject("outcomes"u8);
        json.WriteNumber("good"u8, here.Good);
        json.WriteNumber("bad"u8, here.Bad);
        json.WriteNumber("throttled"u8, here.Throttled);
        json.WriteEndObject();
        if (here.LastError is { } error)
        {
            json.WriteString("lastError"u8, error);
            json.WriteString("lastErrorAt"u8, MessageJson.Rfc3339(here.LastErrorAt.GetValueOrDefault().ToUnixTimeMilliseconds()));
        }

        json.WriteEndObject();
    }
}
