namespace Router.Core.Tenants;

/// <summary>
/// A tenant's credit (R3.5) as it is kept: not the balance, which changes with every message, but all that the tenant may ever have spent and reserved since its beginning. The balance is
/// what is left of it, so that setting one never races with spending.
/// </summary>
/// <param name="Total">Millionths.</param>
/// <param name="LowAt">Millionths of balance below which <c>balance.low</c> is told: a tenth of the balance as set or topped up last.</param>
public sealed record CreditLine(long Total, long LowAt);
