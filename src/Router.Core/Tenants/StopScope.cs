namespace Router.Core.Tenants;

/// <summary>What a plain STOP withdraws (<c>stop</c> of a tenant). Stored by name.</summary>
public enum StopScope : byte
{
    /// <summary>Marketing on that channel.</summary>
    Marketing = 0,

    /// <summary>Everything: the contact is blocked.</summary>
    All = 1,
}
