namespace Router.Engine.Providers;

/// <summary>
/// Port: an account at a carrier or platform. One instance a silo and account; made by an <see cref="IProviderFactory"/>, told of nothing but departures.
/// </summary>
public interface IProvider : IAsyncDisposable
{
    /// <summary>Departures without an outcome that it can take now at most (for SMPP: open binds × window). Read often; cheap.</summary>
    int Window { get; }

    /// <summary>How it is tried again.</summary>
    RetryRule Retry { get; }

    /// <summary>
    /// Whether a receipt tells of a whole long message and not of the segment whose <see cref="Outcome.ReceiptKey"/> it names: where the protocol sends a long message in one piece. Few do. Asked only for
    /// messages kept before <see cref="Outcome.HasWholeReceipt"/> was.
    /// </summary>
    bool HasWholeReceipts => false;

    /// <summary>How it is now, for people. Any thread; allocates, so not for the hot path.</summary>
    ProviderStatus Status { get; }

    /// <summary>Starts sessions; returns at once, goes on reconnecting by itself until disposed.</summary>
    void Start();

    /// <summary>
    /// Takes a batch over. The provider owns each <see cref="Departure.Record"/> from here and returns it to <see cref="RecordPool.Shared"/>. Each segment due
    /// gets exactly one outcome, told to the <see cref="IProviderEvents"/> it was made with. Of one that has left whole (<see cref="Departure.HasLeftWhole"/>) nothing is sent. Departures of one conversation are written by one session in the order given.
    /// Called by one thread at a time; never blocks.
    /// </summary>
    void Submit(ReadOnlySpan<Departure> departures);

    /// <summary>Stops taking, waits for what is in flight (until <paramref name="cancellationToken"/>), then ends its sessions.</summary>
    Task DrainAsync(CancellationToken cancellationToken);
}
