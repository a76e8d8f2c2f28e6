namespace Router.Core.Tenants;

/// <summary>What is wrong with a setting: the field, and its value, range and remedy for people (STYLE 25). Never a secret.</summary>
/// <param name="Field">The field's path in the JSON body, e.g. <c>limits.perSecond</c>.</param>
/// <param name="Detail">What is wrong and what is right.</param>
public sealed record SettingsFault(string Field, string Detail)
{
    /// <summary>The value is right by the contract, but this version cannot honour it yet (<c>not_available</c>).</summary>
    public bool NotAvailable { get; init; }
}
