namespace Router.Core.Tenants;

/// <summary>At most <paramref name="Count"/> (1 to 100) messages to one contact in any window of <paramref name="WindowSeconds"/> (1 to 604,800) seconds.</summary>
public sealed record RecipientLimit(int Count, int WindowSeconds);
