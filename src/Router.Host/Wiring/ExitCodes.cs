namespace Router.Host.Wiring;

/// <summary>What the program ends with.</summary>
internal static class ExitCodes
{
    /// <summary>Told to stop, and drained.</summary>
    public const int Drained = 0;

    /// <summary>A setting is wrong; stderr names it.</summary>
    public const int WrongSettings = 2;

    /// <summary>The storage can't be used; stderr says why and what to do.</summary>
    public const int NoStorage = 3;

    /// <summary>The address of <c>Http:Url</c> is taken.</summary>
    public const int AddressInUse = 4;
}
