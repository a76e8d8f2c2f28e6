using System.Text.Json;
using Router.Core.Consent;
using Router.Core.Times;

namespace Router.FrontDoor.Contacts;

/// <summary>A contact as the API shows it: its flags and its time zone.</summary>
internal static class ContactJson
{
    internal static void Write(Utf8JsonWriter json, string address, ContactFlags flags)
    {
        json.WriteStartObject();
        json.WriteString("address"u8, address);
        WriteFlags(json, flags);
        if (TimeZones.NameOf(flags.TimeZone) is { } zone)
        {
            json.WriteString("timeZone"u8, zone);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes the fields of <paramref name="flags"/> into an object begun by the caller.</summary>
    internal static void WriteFlags(Utf8JsonWriter json, ContactFlags flags)
    {
        json.WriteBoolean("blocked"u8, flags.Blocked);
        json.WriteBoolean("restricted"u8, flags.Restricted);
        json.WriteBoolean("minor"u8, flags.Minor);
        WriteState(json, "recording", flags.Recording);
        WriteState(json, "profiling", flags.Profiling);
        WriteState(json, "ai", flags.Ai);
    }

    // Nothing known: the field is left out, as it may be in the request.
    private static void WriteState(Utf8JsonWriter json, string name, ConsentState state)
    {
        if (state != ConsentState.Unknown)
        {
            json.WriteBoolean(name, state == ConsentState.Granted);
        }
    }
}
