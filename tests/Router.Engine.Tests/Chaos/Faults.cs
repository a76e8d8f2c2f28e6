using Router.Engine.Journal;

namespace Router.Engine.Tests.Chaos;

/// <summary>Chances of what goes wrong between the engine and its journal; all 0 once the faults stop.</summary>
internal sealed class Faults
{
    public double Refused { get; set; }

    public double Unknown { get; set; }

    public double Fenced { get; set; }

    public double Read { get; set; }

    public static Faults Draw(Random random) => new()
    {
        Refused = random.Next(2) * 0.3 * random.NextDouble(),
        Unknown = random.Next(2) * 0.2 * random.NextDouble(),
        Fenced = random.Next(2) * 0.05 * random.NextDouble(),
        Read = random.Next(2) * 0.2 * random.NextDouble(),
    };

    public void Stop() => Refused = Unknown = Fenced = Read = 0;

    public (PartOutcome Fate, bool Stored) DrawFate(Random random)
    {
        double draw = random.NextDouble();
        return draw < Refused ? (PartOutcome.Refused, false)
            : (draw -= Refused) < Unknown ? (PartOutcome.Unknown, random.Next(2) == 0)
            : draw - Unknown < Fenced ? (PartOutcome.Fenced, false)
            : (PartOutcome.Kept, false);
    }
}
