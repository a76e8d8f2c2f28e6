namespace Router.Bench;

/// <summary>
/// An operation of the hot path with its budget of garbage. Every non-abstract class of this assembly with a parameterless constructor is found by
/// reflection, so a new gate is a new class (usually the benchmark class itself) and no list is edited.
/// </summary>
public interface IGate
{
    /// <summary>Name in the table.</summary>
    string Name { get; }

    /// <summary>Bytes an operation may allocate on average; 0 on the hot path.</summary>
    double BudgetBytes { get; }

    /// <summary>Operations that one <see cref="Run"/> does.</summary>
    int OperationsPerRun => 1;

    /// <summary>Makes the state that the constructor does not make, because it is large or lies in files; once, before the first <see cref="Run"/>.</summary>
    void SetUp()
    {
    }

    /// <summary>Does the operation.</summary>
    void Run();

    /// <summary>Lets go of what <see cref="SetUp"/> made.</summary>
    void CleanUp()
    {
    }
}
