using System.Globalization;

namespace Router.Grains.Webhooks;

/// <summary>A webhook's grain key: the tenant's number, which is never used again, and the name.</summary>
internal static class WebhookKey
{
    /// <summary>Makes it.</summary>
    public static string Of(int tenant, string name) => string.Create(CultureInfo.InvariantCulture, $"{tenant}/{name}");

    /// <summary>Reads it.</summary>
    public static (int Tenant, string Name) Read(string key)
    {
        int slash = key.IndexOf('/', StringComparison.Ordinal);
        return (int.Parse(key.AsSpan(0, slash), CultureInfo.InvariantCulture), key[(slash + 1)..]);
    }
}
