using System.Globalization;

namespace Router.Bench;

/// <summary>Measures what each <see cref="IGate"/> allocates an operation and fails when one is over its budget.</summary>
internal static class GateRunner
{
    /// <summary>Operations measured at least: one allocation in 100,000 operations still shows.</summary>
    private const int OperationsMin = 100_000;

    private const int WarmUpRuns = 2_000;

    /// <summary>The least of so many counts: a collection or a change of tier in the middle of one adds bytes that are not the operation's.</summary>
    private const int Attempts = 3;

    /// <summary>Prints the table; 1 when a gate is over its budget or there is none, else 0.</summary>
    /// <param name="filter">Part of the names of those to run; null: all.</param>
    /// <param name="others">A gate of another kind is meant as well: none here is no fault.</param>
    public static int Run(string? filter, bool others)
    {
        IGate[] gates = [.. Find().Where(g => filter is null || g.Name.Contains(filter, StringComparison.OrdinalIgnoreCase)).OrderBy(static g => g.Name, StringComparer.Ordinal)];
        if (gates.Length == 0)
        {
            if (!others)
            {
                Console.WriteLine("no gate found");
            }

            return others ? 0 : 1;
        }

        int over = 0;
        Console.WriteLine($"{"operation",-44} {"ops",10} {"B/op",12} {"budget",8}");
        foreach (IGate gate in gates)
        {
            gate.SetUp();
            (long operations, double bytes) = Measure(gate);
            gate.CleanUp();
            bool passes = bytes <= gate.BudgetBytes;
            over += passes ? 0 : 1;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{gate.Name,-44} {operations,10} {bytes,12:0.######} {gate.BudgetBytes,8:0.###} {(passes ? "ok" : "OVER")}"));
        }

        Console.WriteLine($"{gates.Length - over} gates hold, {over} over budget");
        return over == 0 ? 0 : 1;
    }

    private static (long Operations, double Bytes) Measure(IGate gate)
    {
        // Warm-up passes through both JIT tiers: what the first calls allocate (statics, tier-0 boxing) is not the operation's.
        for (int i = 0; i < WarmUpRuns; i++)
        {
            gate.Run();
        }

        int runs = Math.Max(1, (OperationsMin + gate.OperationsPerRun - 1) / gate.OperationsPerRun);
        long bytes = long.MaxValue;
        for (int attempt = 0; attempt < Attempts && bytes != 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < runs; i++)
            {
                gate.Run();
            }

            bytes = Math.Min(bytes, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        long operations = (long)runs * gate.OperationsPerRun;
        return (operations, (double)bytes / operations);
    }

    private static IEnumerable<IGate> Find() =>
        from type in typeof(GateRunner).Assembly.GetTypes()
        where type is { IsAbstract: false, IsClass: true } && typeof(IGate).IsAssignableFrom(type) && type.GetConstructor(Type.EmptyTypes) is not null
        select (IGate)Activator.CreateInstance(type)!;
}
