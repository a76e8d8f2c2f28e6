namespace Router.Grains.Administration;

/// <summary>What became of the removal of a provider account.</summary>
[GenerateSerializer]
public enum ProviderRemoval : byte
{
    /// <summary>There is none such.</summary>
    NotFound = 0,

    /// <summary>Removed, on every live silo.</summary>
    Removed = 1,

    /// <summary>A route names it.</summary>
    InUse = 2,
}
