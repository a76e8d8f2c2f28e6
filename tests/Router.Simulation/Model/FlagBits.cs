namespace Router.Simulation.Model;

/// <summary>What is stored of a contact's flags, read by the model's own eyes: two bits of consent a purpose, then single bits. The stored form never changes.</summary>
internal readonly record struct FlagBits(uint Bits)
{
    private const int Granted = 1;
    private const int Withdrawn = 2;
    private static readonly string[] Purposes = ["otp", "transactional", "service", "marketing"];

    /// <summary>By the tenant, or by the person's own STOP.</summary>
    public bool IsBlocked => Has(8) || Has(28);

    public bool IsRestricted => Has(9);

    public bool IsMinor => Has(10);

    public bool IsSuppressed => Has(11);

    public bool MayMarket => Consent("marketing") == Granted;

    public bool IsWithdrawn(string purpose) => Consent(purpose) == Withdrawn;

    /// <summary>Something that a person or a tenant took away.</summary>
    public bool TakesAway => IsBlocked || IsWithdrawn("marketing");

    /// <summary>Whether nothing of <paramref name="purpose"/> may leave.</summary>
    public bool Forbid(string purpose) =>
        IsBlocked || IsRestricted || IsMinor || IsWithdrawn(purpose) || (purpose == "marketing" && (IsSuppressed || !MayMarket));

    /// <summary>What is against a message of <paramref name="purpose"/>, the first that counts; null: nothing is. What confirms a STOP answers the block and the withdrawal.</summary>
    public string? ReasonAgainst(string purpose, bool confirms) =>
        IsBlocked && !confirms ? "OptedOut"
        : IsRestricted ? "Restricted"
        : IsMinor ? "Underage"
        : confirms ? null
        : purpose == "marketing" && IsSuppressed ? "Suppressed"
        : IsWithdrawn(purpose) ? "OptedOut"
        : purpose == "marketing" && !MayMarket ? "ConsentMissing"
        : null;

    /// <summary>The same for what confirms a STOP: it answers the block and the withdrawal.</summary>
    public bool ForbidConfirmation => IsRestricted || IsMinor;

    private bool Has(int bit) => ((Bits >> bit) & 1) != 0;

    private int Consent(string purpose) => (int)((Bits >> (2 * Array.IndexOf(Purposes, purpose))) & 3);
}
