using System.Globalization;

namespace Router.LoadTest;

/// <summary>What is run, from the command line. <see cref="Help"/> says what each is.</summary>
internal sealed record LoadOptions
{
    internal const string Help = """
        loadtests/run SCENARIO [options]

        SCENARIO        steady | burst | overload | campaign | million | carrier-down | noisy-limits | soak | peers | kafka
        --rate R        messages a second, open loop (default: the scenario's)
        --max           as fast as answers come, closed loop: finds the maximum, tells little about latency
        --share S       open loop at this share of the maximum, which is measured first
        --seconds S     how long (default: the scenario's)
        --transport T   single (a POST a message) or lines (NDJSON streams)
        --connections N connections (default 64; of lines 1)
        --carrier C     loopback or smpp (a process of its own, which sees when each message arrives)
        --binds N       SMPP binds (default 2), --window N submits in flight on each (default 500)
        --messages N    of campaign, million and each turn of kafka (default 1000000), --rounds N of kafka (default 2)
        --warm N        messages sent before anything counts (default 300000: then the compiler is done)
        --references N  each N-th message has its intended time as reference, so that its events tell it (default 100; 0: none)
        --host FILE     the router's program, such as a published one (default: the one built beside the load test)
        --set A:B=V     a setting of the host; may be given again
        --out DIR       where report.html and report.json go (default loadtests/out/SCENARIO-TIME)
        --compare FILE  lays an earlier report.json beside this run
        --no-timing     checks of time are shown, and fail nothing (for busy machines)
        --keep          keeps the data folder
        """;

    internal string Scenario { get; init; } = "";

    internal double? Rate { get; init; }

    internal bool Max { get; init; }

    internal double? Share { get; init; }

    internal double? Seconds { get; init; }

    internal bool? Lines { get; init; }

    internal int? Connections { get; init; }

    internal bool? Smpp { get; init; }

    internal int Binds { get; init; } = 2;

    internal int Window { get; init; } = 500;

    internal long Messages { get; init; } = 1_000_000;

    internal int Rounds { get; init; } = 2;

    internal long Warm { get; init; } = 300_000;

    internal int References { get; init; } = 100;

    internal string Host { get; init; } = Path.Combine(AppContext.BaseDirectory, "Router.Host");

    internal IReadOnlyList<string> Settings { get; init; } = [];

    internal string? Out { get; init; }

    internal string? Compare { get; init; }

    internal bool Timing { get; init; } = true;

    internal bool Keep { get; init; }

    /// <summary>As it was written.</summary>
    internal string Command { get; init; } = "";

    /// <exception cref="ArgumentException">Something is not understood.</exception>
    internal static LoadOptions Parse(string[] args)
    {
        LoadOptions options = new() { Scenario = args.Length > 0 ? args[0] : throw new ArgumentException("no scenario is named"), Command = string.Join(' ', args) };
        for (int i = 1; i < args.Length; i++)
        {
            string name = args[i];
            string Value() => ++i < args.Length ? args[i] : throw new ArgumentException($"{name} needs a value");
            double Number() => double.Parse(Value().Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
            options = name switch
            {
                "--rate" => options with { Rate = Number() },
                "--max" => options with { Max = true },
                "--share" => options with { Share = Number() },
                "--seconds" => options with { Seconds = Number() },
                "--transport" => options with { Lines = Choice(name, Value(), "lines", "single") },
                "--connections" => options with { Connections = (int)Number() },
                "--carrier" => options with { Smpp = Choice(name, Value(), "smpp", "loopback") },
                "--binds" => options with { Binds = (int)Number() },
                "--window" => options with { Window = (int)Number() },
                "--messages" => options with { Messages = (long)Number() },
                "--rounds" => options with { Rounds = (int)Number() },
                "--warm" => options with { Warm = (long)Number() },
                "--references" => options with { References = (int)Number() },
                "--host" => options with { Host = Path.GetFullPath(Value()) },
                "--set" => options with { Settings = [.. options.Settings, Value()] },
                "--out" => options with { Out = Value() },
                "--compare" => options with { Compare = Value() },
                "--no-timing" => options with { Timing = false },
                "--keep" => options with { Keep = true },
                _ => throw new ArgumentException($"there is no option {name}"),
            };
        }

        return options.Max && (options.Rate ?? options.Share) is not null
            ? throw new ArgumentException("--max has no rate: give one of --max, --rate and --share")
            : options;
    }

    private static bool Choice(string name, string value, string yes, string no) =>
        value == yes || (value == no ? false : throw new ArgumentException($"{name} is {yes} or {no}, not {value}"));
}
