using Router.Core.Messages;
using Router.Core.Tenants;
using Router.Engine.Providers;
using Router.Engine.Sealing;

namespace Router.Engine.Tests;

/// <summary>Settles everything as sent at once, on the caller's thread, and lets the receipt follow.</summary>
internal sealed class InstantProvider(ProviderAccount account, IProviderEvents events) : IProvider
{
    private long next;

    public int Window => 100;

    public RetryRule Retry => RetryRule.Default;

    public ProviderStatus Status => new(1, 1, Window, 0, 0, false, null, null, null);

    public void Start() => events.HealthChanged(account.Number, true);

    public void Submit(ReadOnlySpan<Departure> departures)
    {
        foreach (ref readonly Departure departure in departures)
        {
            RecordPool.Shared.Return(departure.Record, departure.RecordLength);
            for (int i = 0; i < departure.SegmentCount; i++)
            {
                ulong key = (ulong)Interlocked.Increment(ref next);
                key |= key << 32;
                events.Settle([new Outcome { Provider = account.Number, Message = departure.Id, Epoch = departure.Epoch, Kind = OutcomeKind.Sent, Segment = (byte)(departure.FirstSegment + i), ReceiptKey = key }]);
                events.Receive(new Receipt { Provider = account.Number, ReceiptKey = key, Status = MessageStatus.Delivered }, static (_, _, _) => { }, null, 0);
            }
        }
    }

    public Task DrainAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => default;
}

internal sealed class InstantProviderFactory : IProviderFactory
{
    public string Kind => "instant";

    public SettingsFault? Validate(string settings) => null;

    public IProvider Create(ProviderAccount account, IProviderEvents events, IKeyedHash hash, TimeProvider time, int seed) => new InstantProvider(account, events);
}
