namespace Router.Simulation;

/// <summary><c>tests/simulate --seeds N [--from SEED] [--minutes M] [--threads T] [--steps S] [--trace] [--until-failure]</c>; <c>--trace</c> tells all of one seed.</summary>
internal static class SimulateCommand
{
    public static int Run(string[] args)
    {
        if (args.Contains("--trace"))
        {
            string? broken = Shrinker.RunOnce(Number(args, "--from", 1), Number(args, "--steps", int.MaxValue), new Coverage(), Console.Out.WriteLine, out _, out _);
            Console.WriteLine(broken ?? "every promise held");
            return broken is null ? 0 : 1;
        }

        var simulator = new Simulator(Console.Out)
        {
            Seeds = Number(args, "--seeds", 100), From = Number(args, "--from", 1), Minutes = Number(args, "--minutes", 0), Threads = Number(args, "--threads", 1), StepsCut = Number(args, "--steps", int.MaxValue), EndsAtFailure = args.Contains("--until-failure"),
        };
        return simulator.Run() ? 0 : 1;
    }

    private static int Number(string[] args, string name, int otherwise)
    {
        int at = Array.IndexOf(args, name);
        return at < 0 ? otherwise
            : at + 1 < args.Length && int.TryParse(args[at + 1], out int value) && value >= 0 ? value
            : throw new ArgumentException($"{name} takes a whole number: tests/simulate --seeds N [--from SEED] [--minutes M] [--threads T] [--steps S] [--trace] [--until-failure]");
    }
}
