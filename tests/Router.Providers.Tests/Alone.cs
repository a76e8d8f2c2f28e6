namespace Router.Providers.Tests;

/// <summary>Tests that count what the whole process allocates: nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
