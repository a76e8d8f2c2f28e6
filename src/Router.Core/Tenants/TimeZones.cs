namespace Router.Core.Tenants;

/// <summary>Names of time zones (IANA).</summary>
public static class TimeZones
{
    /// <summary>Whether <paramref name="name"/> is the name of a zone of the IANA database that this machine knows.</summary>
    public static bool IsKnown(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return (name == "UTC" || name.Contains('/', StringComparison.Ordinal)) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out _);
    }
}
