namespace Router.Grains.Administration;

/// <summary>What became of a top-up.</summary>
[GenerateSerializer]
public enum CreditOutcome : byte
{
    /// <summary>There is no such tenant.</summary>
    NotFound = 0,

    /// <summary>Added, now or when it was asked for before.</summary>
    Added = 1,

    /// <summary>The tenant has no balance.</summary>
    NotCharged = 2,

    /// <summary>The reference was used for another amount.</summary>
    OtherAmount = 3,

    /// <summary>The balance would be more than the largest one.</summary>
    TooMuch = 4,
}
