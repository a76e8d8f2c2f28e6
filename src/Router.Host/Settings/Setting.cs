namespace Router.Host.Settings;

/// <summary>One setting.</summary>
/// <param name="Key"><c>Section:Key</c>.</param>
/// <param name="Wants">What is right, as the end of "give …": the range or the form.</param>
/// <param name="Apply">The settings with this value; null: the value is wrong.</param>
internal sealed record Setting(string Key, string Wants, Func<HostSettings, string, HostSettings?> Apply)
{
    /// <summary>The value is never shown.</summary>
    public bool Secret { get; init; }

    /// <summary>What to tell when the value is wrong: setting, value, range, remedy.</summary>
    public string Wrong(string value) => Secret ? $"{Key} is not right (its value is not shown): give {Wants}" : $"{Key} is '{value}': give {Wants}";
}
