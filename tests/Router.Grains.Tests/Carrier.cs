using System.Collections.Concurrent;
using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Engine.Sealing;

namespace Router.Grains.Tests;

/// <summary>A carrier that all silos reach: takes everything, remembers it, and sends the receipts through a silo of the test's choice.</summary>
internal sealed class Carrier
{
    private readonly ConcurrentDictionary<MessageId, int> taken = new();
    private readonly ConcurrentDictionary<string, CarrierProvider> providers = new();
    private readonly ConcurrentDictionary<MessageId, long> silent = new();
    private long lastId;

    /// <summary>Messages that left, with how often.</summary>
    public IReadOnlyDictionary<MessageId, int> Taken => taken;

    /// <summary>The silo whose connection never answers; null: none.</summary>
    public volatile string? SilentTo;

    /// <summary>The silo through whose connection all receipts come; null: the one that sent.</summary>
    public volatile string? ReceiptsTo;

    /// <summary>A connection a silo.</summary>
    public ICollection<CarrierProvider> Providers => providers.Values;

    public void Add(CarrierProvider provider) => providers[provider.Silo] = provider;

    public void Take(CarrierProvider from, in Departure departure)
    {
        if (from.Silo == SilentTo)
        {
            silent[departure.Id] = departure.Epoch;
            return;
        }

        taken.AddOrUpdate(departure.Id, 1, static (_, times) => times + 1);
        ulong key = (ulong)Interlocked.Increment(ref lastId) * 0x9E37_79B9_7F4A_7C15;
        from.Events.Settle([new Outcome { Provider = from.Number, Message = departure.Id, Epoch = departure.Epoch, Segment = departure.FirstSegment, Kind = OutcomeKind.Sent, ReceiptKey = key }]);
        CarrierProvider to = ReceiptsTo is { } silo ? providers[silo] : from;
        SendReceipt(to, new Receipt { Provider = from.Number, ReceiptKey = key, Status = MessageStatus.Delivered });
    }

    /// <summary>Says now that a message was taken over which it was silent.</summary>
    public void Settle(MessageId message, string silo)
    {
        CarrierProvider from = providers[silo];
        from.Events.Settle([new Outcome { Provider = from.Number, Message = message, Epoch = silent[message], Kind = OutcomeKind.Sent, ReceiptKey = 7 }]);
    }

    // Again until it is kept, as carriers do.
    private static void SendReceipt(CarrierProvider to, Receipt receipt) => to.Events.Receive(
        receipt,
        static (state, token, kept) =>
        {
            if (!kept)
            {
                (CarrierProvider to, Receipt receipt) = ((CarrierProvider, Receipt))state!;
                _ = Task.Delay(20).ContinueWith(_ => SendReceipt(to, receipt), TaskScheduler.Default);
            }
        },
        (to, receipt),
        0);
}

internal sealed class CarrierProvider(Carrier carrier, string silo, int number, IProviderEvents events) : IProvider
{
    public string Silo => silo;

    public int Number => number;

    public IProviderEvents Events => events;

    public int Window => 1_000;

    public RetryRule Retry => RetryRule.Default;

    public ProviderStatus Status => new(1, 1, Window, 0, 0, false, null, null, null);

    public void Start()
    {
        carrier.Add(this);
        events.HealthChanged(number, true);
    }

    /// <summary>Its session goes up or down.</summary>
    public void Turn(bool up) => events.HealthChanged(number, up);

    public void Submit(ReadOnlySpan<Departure> departures)
    {
        foreach (ref readonly Departure departure in departures)
        {
            RecordPool.Shared.Return(departure.Record, departure.RecordLength);
            carrier.Take(this, departure);
        }
    }

    public Task DrainAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => default;
}

internal sealed class CarrierFactory(Carrier carrier, string silo) : IProviderFactory
{
    public const string KindName = "carrier";

    public string Kind => KindName;

    public SettingsFault? Validate(string settings) => null;

    public IProvider Create(ProviderAccount account, IProviderEvents events, IKeyedHash hash, TimeProvider time, int seed) =>
        new CarrierProvider(carrier, silo, account.Number, events);
}
