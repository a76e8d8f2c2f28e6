using Router.LoadTest.Children;
using Router.LoadTest.Load;
using Router.LoadTest.Report;
using Router.LoadTest.Watch;

namespace Router.LoadTest;

/// <summary>A run: the router and the carrier as children, flows of messages, what is watched meanwhile, and what it must show.</summary>
internal sealed class LoadRun : IDisposable
{
    private const int WarmFlow = 15;

    private readonly long start = Clock.Now;
    private readonly DateTimeOffset startedAt = DateTimeOffset.UtcNow;
    private readonly List<Track> tracks = [];
    private readonly List<Check> checks = [];
    private readonly List<Figure> figures = [];
    private readonly List<FlowResult> flows = [];
    private readonly List<Mark> marks = [];
    private readonly Dictionary<string, Percentiles> latencies = [];
    private readonly List<EventReader> readers = [];
    private readonly Dictionary<string, string> machine;
    private readonly string folder;
    private RouterChild? router;
    private Administration? administration;
    private Sampler? sampler;

    internal LoadRun(LoadOptions options, Terminal terminal)
    {
        (Options, Terminal) = (options, terminal);
        folder = Directory.CreateTempSubdirectory("router-load-").FullName;
        machine = MachineFacts.Read(folder);
    }

    internal LoadOptions Options { get; }

    internal Terminal Terminal { get; }

    internal RouterChild Router => router ?? throw new InvalidOperationException("the router was not started");

    internal Administration Administration => administration!;

    internal Sampler Sampler => sampler!;

    internal CarrierChild? Carrier { get; private set; }

    /// <summary>Whether all counted checks passed.</summary>
    internal bool Passes => checks.All(static c => c.Passes || !c.Counts);

    internal IReadOnlyList<Check> Checks => checks;

    internal IReadOnlyList<Figure> Figures => figures;

    /// <summary>A time of <see cref="Clock"/> as seconds of the run.</summary>
    internal double SecondsAt(long clock) => (clock - start) / 1e9;

    /// <summary>Starts the router over the run's folder (again, over what it left there).</summary>
    internal async Task StartRouterAsync()
    {
        router = await RouterChild.StartAsync(Options.Host, folder, Options.Settings);
        administration = new Administration(router);
        sampler = new Sampler(router, folder, Carrier?.Pid, SecondsAt);
    }

    /// <summary>Stops it, with all that watches it.</summary>
    internal async Task StopRouterAsync()
    {
        EndWatching();
        int code = await Router.StopAsync();
        Check("the router stops by itself", code == 0, $"exit code {code}");
        router!.Dispose();
        router = null;
    }

    /// <summary>Starts the carrier by SMPP.</summary>
    internal async Task StartCarrierAsync() => Carrier = await CarrierChild.StartAsync(SecondsAt);

    /// <summary>Starts the carrier, if one by SMPP is asked for, then the router, and joins them.</summary>
    internal async Task StartAsync(bool smpp, string limits = "{}")
    {
        if (smpp && Carrier is null)
        {
            await StartCarrierAsync();
        }

        await StartRouterAsync();
        await (smpp ? Administration.UseSmppAsync(Carrier!.Port, Options.Binds, Options.Window, limits) : Administration.UseLoopbackAsync(limits));
    }

    /// <summary>A folder of the run for something else.</summary>
    internal string Scratch(string name) => Directory.CreateDirectory(Path.Combine(folder, name)).FullName;

    /// <summary>Reads a tenant's events from now on.</summary>
    internal EventReader Listen(string key)
    {
        var reader = new EventReader(Router, key, SecondsAt, tellsHandOver: Carrier is null);
        readers.Add(reader);
        return reader;
    }

    /// <summary>A phase begins.</summary>
    /// <param name="label">Which.</param>
    /// <param name="prepares">Whether nothing that counts happens in it.</param>
    internal void Mark(string label, bool prepares = false)
    {
        marks.Add(new Mark(SecondsAt(Clock.Now), label, prepares));
        Terminal.Line(label);
    }

    /// <summary>Something that must hold. <paramref name="timed"/>: of time, so that a busy machine may break it.</summary>
    internal bool Check(string what, bool passes, string seen, bool timed = false)
    {
        var check = new Check(what, passes, seen, !timed || Options.Timing);
        checks.Add(check);
        Terminal.Show(check);
        return passes;
    }

    /// <summary>A number for people.</summary>
    internal void Figure(string name, double value, string unit)
    {
        var figure = new Figure(name, Math.Round(value, 3), unit);
        figures.Add(figure);
        Terminal.Show(figure);
    }

    /// <summary>A distribution for people.</summary>
    internal void Latency(string name, Percentiles percentiles)
    {
        if (percentiles.Count > 0)
        {
            latencies[name] = percentiles;
            Terminal.Line($"{name}: {percentiles}");
        }
    }

    /// <summary>Runs flows beside each other to their ends.</summary>
    internal async Task<FlowResult[]> DriveAsync(params FlowOptions[] wanted)
    {
        FlowLoop[] loops = [.. wanted.Select(w => new FlowLoop(w, SecondsAt))];
        foreach (FlowOptions flow in wanted)
        {
            Carrier?.FlowNames.TryAdd(flow.Number, flow.Name);
        }

        foreach (FlowLoop loop in loops)
        {
            loop.Start();
        }

        await Terminal.WatchAsync(loops, sampler);
        FlowResult[] results = [.. loops.Select(static l => l.Join())];
        tracks.AddRange(loops.SelectMany(static l => l.Tally.Tracks));
        flows.AddRange(results);
        foreach (FlowResult result in results)
        {
            Terminal.Show(result);
        }

        return results;
    }

    /// <summary>Sends some messages that do not count, so that the JIT's time is not in what does.</summary>
    /// <param name="key">A key of the tenant.</param>
    /// <param name="contacts">To so many contacts again and again; 0: nearly always to somebody new.</param>
    internal async Task WarmUpAsync(string key, long contacts = 0)
    {
        if (Options.Warm == 0)
        {
            return;
        }

        Mark($"warm-up, {Options.Warm:N0} messages", prepares: true);
        EventReader events = Listen(key);
        long all = 0;
        long from = Clock.Now;
        FlowOptions lines = new()
        {
            Name = "warm-up", Number = WarmFlow, Target = Router.EndPoint, Lines = true, Connections = 2, Schedule = Schedule.Unpaced(60, Options.Warm),
            Requests = new RouterRequests([key], lines: true, new Contacts(contacts, 99), flow: WarmFlow),
        };
        FlowOptions singles = lines with
        {
            Name = "warm-up, single", Lines = false, Connections = 16, Schedule = Schedule.Unpaced(60, Options.Warm / 10), Requests = new RouterRequests([key], lines: false, new Contacts(contacts, 98), flow: WarmFlow - 1),
        };
        foreach (FlowOptions flow in new[] { lines, singles })
        {
            var loop = new FlowLoop(flow, SecondsAt);
            loop.Start();
            await Terminal.WatchAsync([loop], sampler);
            long accepted = loop.Join().Accepted;
            all += accepted;
            await DrainAsync(events, all); // else its last events would be counted with what comes after it
            if (flow.Lines)
            {
                Figure($"the first {accepted:N0} after the start", accepted / ((Clock.Now - from) / 1e9), "1/s");
            }
        }

        readers.Remove(events);
        events.Dispose();
        if (Carrier is { } carrier)
        {
            await carrier.MarkAsync();
        }
    }

    /// <summary>The median of a line's values between two seconds of the run, of what the last flows drew; 0 where it has none.</summary>
    internal double Median(string line, double from, double to)
    {
        double[] values = [.. Between(line, from, to).Order()];
        return values.Length == 0 ? 0 : values[values.Length / 2];
    }

    /// <summary>The largest of a line's values between two seconds of the run; 0 where it has none.</summary>
    internal double Most(string line, double from, double to) => Between(line, from, to).DefaultIfEmpty().Max();

    private IEnumerable<double> Between(string line, double from, double to) =>
        tracks.Where(t => t.Name == line).SelectMany(static t => t.Times.Zip(t.Values)).Where(p => p.First >= from && p.First <= to).Select(static p => p.Second);

    /// <summary>Waits until so many messages were told as delivered, as long as more are.</summary>
    internal async Task<bool> DrainAsync(EventReader events, long messages, double patienceSeconds = 30)
    {
        (long Delivered, long At) last = (events.Delivered, Clock.Now);
        while (events.Delivered < messages)
        {
            await Task.Delay(10);
            if (events.Delivered > last.Delivered)
            {
                last = (events.Delivered, Clock.Now);
            }
            else if (Clock.Now - last.At > Clock.Seconds(patienceSeconds))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>All that is kept of it. Ends what watches.</summary>
    internal LoadReport Report()
    {
        EndWatching();
        tracks.AddRange(Carrier?.Tracks ?? []);
        return new LoadReport
        {
            Scenario = Options.Scenario,
            Command = Options.Command,
            StartedAt = startedAt,
            Seconds = Math.Round(SecondsAt(Clock.Now), 1),
            Machine = machine,
            Checks = checks,
            Figures = figures,
            Flows = flows,
            Latencies = latencies,
            Marks = marks,
            Lines = [.. tracks.Where(static t => t.Times.Count > 0).Select(LoadReport.Line.Of).GroupBy(static l => (l.Chart, l.Name)).Select(LoadReport.Line.Joined)],
        };
    }

    public void Dispose()
    {
        EndWatching();
        router?.Dispose();
        Carrier?.Dispose();
        if (Options.Keep)
        {
            Terminal.Line($"kept: {folder}");
        }
        else
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Ends what watches: what it drew can be looked at.</summary>
    internal void EndWatching()
    {
        foreach (EventReader reader in readers)
        {
            reader.Dispose();
            tracks.AddRange(reader.Tracks);
        }

        readers.Clear();
        if (sampler is not null)
        {
            sampler.Dispose();
            tracks.AddRange(sampler.Tracks);
            sampler = null;
        }

        administration?.Dispose();
        administration = null;
    }
}
