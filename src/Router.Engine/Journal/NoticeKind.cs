namespace Router.Engine.Journal;

/// <summary>What a notice tells its tenant: events that no message makes. Stored; the numbers never change.</summary>
public enum NoticeKind : byte
{
    /// <summary>Not a notice.</summary>
    None = 0,

    /// <summary>A provider that the tenant's routes lead to has a session again: <c>provider.up</c>.</summary>
    ProviderUp = 1,

    /// <summary>It has none any more: <c>provider.down</c>.</summary>
    ProviderDown = 2,

    /// <summary>The tenant's balance runs low: <c>balance.low</c>.</summary>
    BalanceLow = 3,

    /// <summary>A webhook of the tenant's was disabled: <c>webhook.disabled</c>.</summary>
    WebhookDisabled = 4,
}
