namespace Router.Core.Tenants;

/// <summary>What is wrong with a setting: the field, and its value, range and remedy for people (STYLE 25). Never a secret.</summary>
/// <param name="Field">The field's path in the JSON body, e.g. <c>limits.perSecond</c>.</param>
/// <param name="Predicate">What is said of it, without a full stop: <c>is 0, not 1 to 100</c>, <c>has …</c>.</param>
public sealed record SettingsFault(string Field, string Predicate)
{
    /// <summary>Both together: a sentence without its full stop.</summary>
    public string Detail => $"{Field} {Predicate}";

    /// <summary>The value is right by the contract, but this version cannot honour it yet (<c>not_available</c>).</summary>
    public bool NotAvailable { get; init; }
}
