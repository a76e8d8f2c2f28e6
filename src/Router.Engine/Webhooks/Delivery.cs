using Router.Engine.Journal;

namespace Router.Engine.Webhooks;

/// <summary>An event in a <see cref="DeliveryWindow"/>, which alone changes it.</summary>
public sealed class Delivery
{
    internal Delivery(in LogEvent told) => Event = told;

    /// <summary>The event.</summary>
    public LogEvent Event { get; }

    /// <summary>Times it was not taken.</summary>
    public int Failures { get; internal set; }

    /// <summary>Which events keep their order among each other: those of a conversation, of a contact, of a notice's subject.</summary>
    internal DeliveryOrder Order => new(Event.Entry.Contact, Event.Entry.Sender, Event.Entry.Kind == EntryKind.Notice ? Event.Entry.Provider + 1 : 0);

    /// <summary>Its number among all that were given out.</summary>
    internal long Turn { get; set; }

    internal long FirstFailedMs { get; set; }

    internal long DueMs { get; set; }

    internal bool IsUnderWay { get; set; }

    internal bool IsDone { get; set; }
}
