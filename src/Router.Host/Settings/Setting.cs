namespace Router.Host.Settings;

/// <summary>One setting.</summary>
/// <param name="Key"><c>Section:Key</c>.</param>
/// <param name="Wants">What is right, as the end of "give …": the range or the form.</param>
/// <param name="Apply">The settings with this value; null: the value is wrong.</param>
internal sealed record Setting(string Key, string Wants, Func<HostSettings, string, HostSettings?> Apply)
{
    /// <summary>The value is never shown.</summary>
    public bool Secret { get; init; }

    /// <summary>What to do with a right value that this version cannot honour yet; null: it can.</summary>
    public Func<HostSettings, string?> NotYet { get; init; } = static _ => null;

    /// <summary>What to tell when the value is wrong: setting, value, range, remedy.</summary>
    public string Wrong(string value) => Secret ? $"{Key} is not right (its value is not shown): give {Wants}" : $"{Key} is '{Shown(value)}': give {Wants}";

    // A URL may hold a user and a password before the host: cut, in whichever setting it stands.
    private static string Shown(string value)
    {
        int at = value.LastIndexOf('@');
        int scheme = value.IndexOf("://", StringComparison.Ordinal);
        return at < 0 ? value : string.Concat(value.AsSpan(0, scheme >= 0 && scheme < at ? scheme + 3 : 0), "…", value.AsSpan(at));
    }
}
