namespace Router.Simulation;

/// <summary>Chances of what goes wrong between the engine and its journal; all 0 once the faults stop. Each run has faults of its own: some none.</summary>
internal sealed class Faults
{
    /// <summary>A write fails: nothing of it is there.</summary>
    public double Write { get; private set; }

    /// <summary>An fsync fails: nobody knows what is there.</summary>
    public double Sync { get; private set; }

    /// <summary>The store takes the owner for an older one.</summary>
    public double Fenced { get; private set; }

    /// <summary>A read or a look-up fails.</summary>
    public double Read { get; private set; }

    public static Faults Draw(Random random) => new()
    {
        Write = random.Next(2) * 0.3 * random.NextDouble(),
        Sync = random.Next(2) * 0.1 * random.NextDouble(),
        Fenced = random.Next(2) * 0.03 * random.NextDouble(),
        Read = random.Next(2) * 0.2 * random.NextDouble(),
    };

    public void Stop() => Write = Sync = Fenced = Read = 0;
}
