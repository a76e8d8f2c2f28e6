using System.Buffers;
using System.Text;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Engine.Sealing;

namespace Router.Engine.Tests.Chaos;

/// <summary>An account in one silo whose every step the seed decides; what it writes reaches the <see cref="ChaosCarriers"/>.</summary>
internal sealed class ChaosProvider(ProviderAccount account, IProviderEvents events, ChaosRun run, int silo) : IProvider
{
    private readonly List<ChaosFlight> flights = [];
    private bool up;
    private bool gone;

    public ProviderAccount Account { get; } = account;

    public int Window => 8;

    public RetryRule Retry { get; } = new(3, 50, 400);

    public ProviderStatus Status => new(up ? 1 : 0, 1, Window, flights.Count, 0, false, null, null, null);

    public bool IsIdle => flights.Count == 0;

    public bool IsGone => gone;

    public void Start() => Turn(true);

    public void Submit(ReadOnlySpan<Departure> departures)
    {
        foreach (ref readonly Departure departure in departures)
        {
            string text = Encoding.UTF8.GetString(MessageRecord.Read(departure.Record.AsSpan(0, departure.RecordLength)).Text);
            ArrayPool<byte>.Shared.Return(departure.Record);
            for (int segment = departure.FirstSegment; segment < departure.FirstSegment + departure.SegmentCount; segment++)
            {
                if (departure.SegmentsDone is { } done && ((done[segment >> 3] >> (segment & 7)) & 1) != 0)
                {
                    continue;
                }

                run.OnHandedOver(departure.Id, (byte)segment, text);
                flights.Add(new ChaosFlight(departure.Id, (byte)segment, departure.ReleaseEnd, departure.Epoch));
            }
        }
    }

    /// <summary>Goes on with one of what it was handed: writes it, or tells what became of it. False: nothing to do.</summary>
    public bool Step()
    {
        if (flights.Count == 0)
        {
            return false;
        }

        ChaosFlight flight = flights[run.Random.Next(flights.Count)];
        if (flight.Kind != default)
        {
            End(flight, flight.Kind);
        }
        else if (!up || gone)
        {
            End(flight, OutcomeKind.Unsent);
        }
        else if (run.Time.GetTimestamp() > flight.ReleaseEnd)
        {
            End(flight, OutcomeKind.Lapsed);
        }
        else
        {
            flight.Kind = run.DrawOutcome();
            flight.ReceiptKey = run.OnWritten(flight, silo, Account.Number);
        }

        return true;
    }

    /// <summary>Loses its sessions, or has them again.</summary>
    public void Turn(bool isUp)
    {
        if (up != isUp && (!gone || !isUp))
        {
            up = isUp;
            events.HealthChanged(Account.Number, up);
        }
    }

    public bool IsUp => up;

    public Task DrainAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // What is in flight is told later: the word of a provider that was removed.
    public ValueTask DisposeAsync()
    {
        gone = true;
        Turn(false);
        return default;
    }

    private void End(ChaosFlight flight, OutcomeKind kind)
    {
        flights.Remove(flight);
        run.OnTold(flight, kind);
        events.Settle([new Outcome
        {
            Provider = Account.Number, Message = flight.Message, Segment = flight.Segment, Epoch = flight.Epoch, Kind = kind,
            RetryAfterMs = kind == OutcomeKind.Throttled ? run.Random.Next(100) : 0, ReceiptKey = kind == OutcomeKind.Sent ? flight.ReceiptKey : 0,
        }]);
    }
}

/// <summary>Makes the <see cref="ChaosProvider"/>s of one silo.</summary>
internal sealed class ChaosProviderFactory(ChaosRun run, int silo) : IProviderFactory
{
    public List<ChaosProvider> Made { get; } = [];

    public string Kind => "chaos";

    public Core.Tenants.SettingsFault? Validate(string settings) => null;

    public IProvider Create(ProviderAccount account, IProviderEvents events, IKeyedHash hash, TimeProvider time, int seed)
    {
        var provider = new ChaosProvider(account, events, run, silo);
        Made.Add(provider);
        return provider;
    }
}
