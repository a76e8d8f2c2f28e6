using System.Text;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Providers;

namespace Router.Simulation;

/// <summary>An account in one silo whose every step the seed decides; what it writes reaches the <see cref="Carriers"/>.</summary>
internal sealed class SimulatedProvider(ProviderAccount account, IProviderEvents events, SimulationRun run, SimulatedSilo silo) : IProvider
{
    public const int WindowMax = 8;
    private readonly List<Flight> flights = [];
    private bool gone;

    public ProviderAccount Account { get; } = account;

    public int Window => WindowMax;

    public RetryRule Retry { get; } = new(3, 50, 400);

    public ProviderStatus Status => new(IsUp ? 1 : 0, 1, Window, flights.Count, 0, false, null, null, null);

    public bool IsIdle => flights.Count == 0;

    public bool IsGone => gone;

    public bool IsUp { get; private set; }

    public void Start() => Turn(true);

    public void Submit(ReadOnlySpan<Departure> departures)
    {
        if (gone && !silo.Providers.Made.Contains(this))
        {
            silo.Providers.Made.Add(this); // asked for before it was replaced
        }

        foreach (ref readonly Departure departure in departures)
        {
            MessageRecord record = MessageRecord.Read(departure.Record.AsSpan(0, departure.RecordLength));
            var envelope = new Envelope(
                record.Channel == Channel.Sms ? "sms" : "whatsapp", Encoding.UTF8.GetString(record.To), Encoding.UTF8.GetString(record.From), Encoding.UTF8.GetString(record.Text));
            RecordPool.Shared.Return(departure.Record, departure.RecordLength);
            run.OnHandedOver(departure, silo, Account.Number, envelope);
            for (int segment = departure.FirstSegment; segment < departure.FirstSegment + departure.SegmentCount; segment++)
            {
                if (departure.SegmentsDone is { } done && ((done[segment >> 3] >> (segment & 7)) & 1) != 0)
                {
                    continue;
                }

                flights.Add(new Flight(departure, (byte)segment, envelope.From));
            }
        }

        run.Limits.Handed(silo.Number, Account.Number, silo.Providers.Made.Where(p => p.Account.Number == Account.Number).Sum(static p => p.flights.Count), departures[0].ReleaseEnd);
    }

    /// <summary>Goes on with one of what it was handed: writes it, or tells what became of it. False: nothing to do.</summary>
    public bool Step()
    {
        if (flights.Count == 0)
        {
            return false;
        }

        int at = run.Random.Next(flights.Count);
        Flight flight = flights[at];
        if (flight.Kind != default)
        {
            End(at, flight.Kind);
        }
        else if (!IsUp || gone)
        {
            End(at, OutcomeKind.Unsent);
        }
        else if (run.Time.GetTimestamp() > flight.ReleaseEnd || run.Time.NowMs >= flight.ValidUntilMs)
        {
            End(at, OutcomeKind.Lapsed);
        }
        else
        {
            flight.Kind = run.DrawOutcome(Account.Number);
            flight.ReceiptKey = run.OnWritten(flight, silo, Account.Number);
        }

        return true;
    }

    /// <summary>Loses its sessions, or has them again.</summary>
    public void Turn(bool isUp)
    {
        if (IsUp != isUp && (!gone || !isUp))
        {
            IsUp = isUp;
            events.HealthChanged(Account.Number, IsUp);
        }
    }

    public Task DrainAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // What is in flight is told later: the word of a provider that was removed.
    public ValueTask DisposeAsync()
    {
        gone = true;
        Turn(false);
        return default;
    }

    private void End(int at, OutcomeKind kind)
    {
        Flight flight = flights[at];
        flights[at] = flights[^1];
        flights.RemoveAt(flights.Count - 1);
        run.OnTold(flight, Account.Number, kind);
        events.Settle([new Outcome
        {
            Provider = Account.Number, Message = flight.Message, Segment = flight.Segment, Epoch = flight.Epoch, Kind = kind,
            RetryAfterMs = kind == OutcomeKind.Throttled ? run.Random.Next(100) : 0, ReceiptKey = kind == OutcomeKind.Sent ? flight.ReceiptKey : 0,
        }]);
    }
}
