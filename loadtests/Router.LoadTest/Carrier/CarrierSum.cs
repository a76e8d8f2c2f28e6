using Router.LoadTest.Load;

namespace Router.LoadTest.Carrier;

/// <summary>What the carrier saw since it was asked before.</summary>
internal sealed record CarrierSum
{
    /// <summary>Tells this line from those of seconds.</summary>
    public bool Mark { get; init; }

    public long Submits { get; init; }

    /// <summary>Different messages.</summary>
    public long Different { get; init; }

    /// <summary>Messages that had come before.</summary>
    public long Again { get; init; }

    /// <summary>Messages that are none of the driver's.</summary>
    public long Unstamped { get; init; }

    /// <summary>Submits that got no answer (<c>hold</c>).</summary>
    public long Unanswered { get; init; }

    /// <summary>From <c>up</c> to the first submit; null: none came, or it was not down.</summary>
    public double? FirstAfterUpMs { get; init; }

    public long ReceiptsTaken { get; init; }

    public long ReceiptsPutBack { get; init; }

    /// <summary>Arrival less intended time, by flow.</summary>
    public Percentiles[] Handed { get; init; } = [];

    /// <summary>In the order in which they were asked for.</summary>
    public Watch[] Watches { get; init; } = [];

    /// <param name="Senders">Senders seen.</param>
    /// <param name="NarrowestMs">The shortest time in which one more came than the limit allows in its seconds.</param>
    /// <param name="Within">How often within less than those seconds.</param>
    /// <param name="Least">Messages of the sender that had the fewest.</param>
    /// <param name="Most">Messages of the sender that had the most.</param>
    internal sealed record Watch(int Senders, double NarrowestMs, long Within, long Least, long Most);
}
